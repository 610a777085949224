import * as fs from 'node:fs'
import { removeAbandonedIn } from './claimed-directory.ts'
import { diskSpace } from './disk-space.ts'
import { readMachineState } from './machine-state.ts'
import { placeOptions } from './mount-options.ts'

const place = '/dev/shm'
const tmpfsMagic = 0x01021994

/** A directory of the memory's file system where programs may be run and `neededBytes` are free; undefined: there is none. */
export function findMemoryDisk(neededBytes: number): string | undefined {
  try {
    if (fs.statfsSync(place).type !== tmpfsMagic) return undefined
    const { isWritable, isNoExec } = placeOptions(place)
    const room = Math.min(diskSpace(place).freeBytes, readMachineState([]).freeMemoryBytes)
    return isWritable && !isNoExec && room >= neededBytes ? place : undefined
  } catch {
    return undefined
  }
}

/** Removes what kiths of this user that were killed have claimed there. */
export function clearMemoryDisk(): void {
  removeAbandonedIn(place)
}

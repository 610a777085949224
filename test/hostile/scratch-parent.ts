import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Where thousands of trees are made and removed: in memory where there is room. */
export function scratchParent(): string {
  const inMemory = '/dev/shm'
  const enoughBytes = 2 ** 28
  try {
    const { bavail, bsize } = statfsSync(inMemory)
    return bavail * bsize > enoughBytes ? inMemory : tmpdir()
  } catch {
    return tmpdir()
  }
}

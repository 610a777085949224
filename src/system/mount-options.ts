import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { failed } from './failure.ts'
import { fileInfo, readText, realPath } from './files.ts'

export interface PlaceOptions {
  /** The nearest directory that is there, with links followed. */
  readonly directory: string
  /** By this user. */
  readonly isWritable: boolean
  readonly isNoExec: boolean
  readonly isNoSuid: boolean
}

/** What can be done at `path`, or where it would be made. Throws `io-failed`. */
export function placeOptions(path: string): PlaceOptions {
  let nearest = path
  while (nearest !== '/' && fileInfo(nearest)?.kind !== 'directory') nearest = dirname(nearest)
  const directory = realPath(nearest)
  const options = mountOptions(mountOf(directory), readText('/proc/self/mountinfo'))
  return {
    directory,
    isWritable: mayWrite(directory),
    isNoExec: options.includes('noexec'),
    isNoSuid: options.includes('nosuid'),
  }
}

/** Options of the mount with this number, from the text of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export function mountOptions(mount: string, mountInfo: string): readonly string[] {
  const line = mountInfo.split('\n').find((one) => one.startsWith(`${mount} `))
  return line?.split(' ')[5]?.split(',') ?? []
}

/** Number of the mount that holds `directory`; asked of the kernel, since one mount can hide another at the same path. */
function mountOf(directory: string): string {
  const openPathOnly = 0o10000000
  try {
    const fd = fs.openSync(directory, openPathOnly)
    try {
      return /^mnt_id:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? ''
    } finally {
      fs.closeSync(fd)
    }
  } catch (error) {
    throw failed('look at', directory, error)
  }
}

function mayWrite(directory: string): boolean {
  try {
    fs.accessSync(directory, fs.constants.W_OK)
    return true
  } catch {
    return false
  }
}

import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
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
  const options = mountOptions(directory, readText('/proc/self/mountinfo'))
  return {
    directory,
    isWritable: mayWrite(directory),
    isNoExec: options.includes('noexec'),
    isNoSuid: options.includes('nosuid'),
  }
}

/** Options of the mount that holds `path`, from the text of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export function mountOptions(path: string, mountInfo: string): readonly string[] {
  let longest = ''
  let options: readonly string[] = []
  for (const line of mountInfo.split('\n')) {
    const fields = line.split(' ')
    const target = (fields[4] ?? '').replace(/\\([0-7]{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    )
    const holds = target === '/' || path === target || path.startsWith(`${target}/`)
    // Of several at one place the last is on top.
    if (target === '' || !holds || target.length < longest.length) continue
    longest = target
    options = (fields[5] ?? '').split(',')
  }
  return options
}

function mayWrite(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}

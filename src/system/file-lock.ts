import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { tryLock } from '../native/lock.ts'
import { failed } from './failure.ts'
import { fileInfo, makeDirectory } from './files.ts'

export interface FileLock extends Disposable {
  readonly path: string
}

const pollMs = 100

/**
 * Waits until this process alone holds the lock file `path` (made if need be, gone after release). The kernel's lock: it
 * ends with the process, so it is never stale. `waiting` is called once if another process has it. Undefined: `signal`
 * fired first. Throws `io-failed`.
 */
export async function lockFile(path: string, waiting: () => void, signal: AbortSignal): Promise<FileLock | undefined> {
  let isWaiting = false
  while (!signal.aborted) {
    const fd = openLock(path)
    if (tryLock(fd) && isStillThere(fd, path)) return { path, [Symbol.dispose]: () => release(fd, path) }
    fs.closeSync(fd)
    if (!isWaiting) waiting()
    isWaiting = true
    await Bun.sleep(pollMs)
  }
  return undefined
}

function openLock(path: string): number {
  makeDirectory(dirname(path))
  try {
    return fs.openSync(path, 'a', 0o644)
  } catch (error) {
    throw failed('lock', path, error)
  }
}

/** Whoever had the lock may have removed the file between our open and our lock: then the lock is on nothing. */
function isStillThere(fd: number, path: string): boolean {
  return fileInfo(path)?.inode === fs.fstatSync(fd).ino
}

function release(fd: number, path: string): void {
  try {
    fs.unlinkSync(path)
  } catch {
    // It is the lock that counts: whoever comes next takes a file that stayed.
  } finally {
    fs.closeSync(fd)
  }
}

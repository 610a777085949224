import * as fs from 'node:fs'
import { tryLock } from '../native/lock.ts'

/** Whether another process has the lock file `path` (file-lock.ts) now; undefined where this user cannot tell. Makes nothing. */
export function isLocked(path: string): boolean | undefined {
  let fd: number
  try {
    fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK)
  } catch (error) {
    return (error as { code?: string }).code === 'ENOENT' ? false : undefined
  }
  try {
    return !tryLock(fd)
  } finally {
    fs.closeSync(fd)
  }
}

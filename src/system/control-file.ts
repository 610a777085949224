import * as fs from 'node:fs'
import { errorCode, failed } from './failure.ts'

/** Files and directories of a kernel file system (cgroupfs, /proc/sys), which are switches rather than files. */

/** Writes to what is there. False where it is not, or may not be written; throws `io-failed` for anything else. */
export function tryWriteControl(path: string, text: string): boolean {
  try {
    fs.writeFileSync(path, text, { flag: 'r+' })
    return true
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EOPNOTSUPP', 'EINVAL'].includes(errorCode(error) ?? ''))
      return false
    throw failed('write', path, error)
  }
}

/** Writes to what must be there. Throws `io-failed`. */
export function writeControl(path: string, text: string): void {
  try {
    fs.writeFileSync(path, text, { flag: 'r+' })
  } catch (error) {
    throw failed('write', path, error)
  }
}

/** The same from another thread, so that this one can do something else. */
export async function writeControlLater(path: string, text: string): Promise<void> {
  try {
    await fs.promises.writeFile(path, text, { flag: 'r+' })
  } catch (error) {
    throw failed('write', path, error)
  }
}

/** Its text; undefined where it is not there or may not be read. */
export function tryReadControl(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

/** Whether `path` is a new directory now. */
export function tryMakeDirectory(path: string): boolean {
  try {
    fs.mkdirSync(path)
    return true
  } catch {
    return false
  }
}

/** Removes a directory that has no directories in it. Whether it is gone. */
export function tryRemoveDirectory(path: string): boolean {
  try {
    fs.rmdirSync(path)
    return true
  } catch (error) {
    return errorCode(error) === 'ENOENT'
  }
}

import * as fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { errorCode, failed } from './failure.ts'
import { makeDirectory } from './files.ts'

/**
 * Moves a file to `to`, replacing what is there, so that after a crash `to` is either as before or complete. Works across
 * file systems. Throws `io-failed`; `from` is then still there.
 */
export function placeFile(from: string, to: string): void {
  makeDirectory(dirname(to))
  try {
    syncPath(from)
    renameOrCopy(from, to)
    syncPath(dirname(to))
  } catch (error) {
    throw failed('write', to, error)
  }
}

function renameOrCopy(from: string, to: string): void {
  try {
    fs.renameSync(from, to)
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error
    const temporary = join(dirname(to), `.${basename(to).slice(0, 100)}.${process.pid}.part`)
    try {
      fs.copyFileSync(from, temporary)
      syncPath(temporary)
      fs.renameSync(temporary, to)
    } catch (failure) {
      fs.rmSync(temporary, { force: true })
      throw failure
    }
    fs.rmSync(from)
  }
}

function syncPath(path: string): void {
  const fd = fs.openSync(path, 'r')
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/** A hard link at `to` to the file `from`, in the place of what is there; a copy where links are not possible. Throws `io-failed`. */
export function linkFile(from: string, to: string): void {
  const temporary = join(dirname(to), `.${process.pid}-${counter++}.part`)
  try {
    makeLink(from, temporary)
    fs.renameSync(temporary, to)
    // Where both were one file already, nothing was renamed.
    fs.rmSync(temporary, { force: true })
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw failed('write', to, error)
  }
}
let counter = 0

function makeLink(from: string, to: string): void {
  try {
    fs.linkSync(from, to)
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '')) throw error
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE)
    syncPath(to)
  }
}

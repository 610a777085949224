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

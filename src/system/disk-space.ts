import * as fs from 'node:fs'
import { failed } from './failure.ts'

export interface DiskSpace {
  /** What this user may still write, in bytes. */
  readonly freeBytes: number
  readonly sizeBytes: number
  /** How many files may still be made; undefined where the file system does not count them. */
  readonly freeFiles: number | undefined
}

/** Of the file system that holds `path`. Throws `io-failed`. */
export function diskSpace(path: string): DiskSpace {
  try {
    const { bsize, bavail, blocks, files, ffree } = fs.statfsSync(path)
    return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize, freeFiles: files === 0 ? undefined : ffree }
  } catch (error) {
    throw failed('look at', path, error)
  }
}

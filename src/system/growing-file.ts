import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { failed } from './failure.ts'
import { makeDirectory } from './files.ts'

/** An open file that grows at its end. Every call throws `io-failed`. */
export interface GrowingFile {
  readonly sizeBytes: number
  append(bytes: Uint8Array): void
  /** Cuts the file off after `sizeBytes`. */
  truncate(sizeBytes: number): void
  /** What was written is on the disk when this returns. */
  sync(): void
  close(): void
}

/** Opens `path` for writing at its end; makes it, and the directories above it, where they are missing. */
export function openGrowingFile(path: string): GrowingFile {
  makeDirectory(dirname(path))
  const fd = attempt('write', path, () => fs.openSync(path, 'a', 0o644))
  let sizeBytes = attempt('look at', path, () => fs.fstatSync(fd).size)
  return {
    get sizeBytes() {
      return sizeBytes
    },
    append(bytes) {
      for (let offset = 0; offset < bytes.length; ) {
        const written = attempt('write', path, () => fs.writeSync(fd, bytes, offset))
        offset += written
        sizeBytes += written
      }
    },
    truncate(size) {
      attempt('truncate', path, () => fs.ftruncateSync(fd, size))
      sizeBytes = size
    },
    sync: () => attempt('write', path, () => fs.fsyncSync(fd)),
    close: () => attempt('close', path, () => fs.closeSync(fd)),
  }
}

function attempt<Result>(action: string, path: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    throw failed(action, path, error)
  }
}

import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { failed } from './failure.ts'
import { makeDirectory } from './files.ts'

/** An open file that grows at its end, line by line. */
export interface AppendFile {
  append(bytes: Uint8Array): void
  close(): void
}

/** Opens `path` for writing at its end; makes it, and the directories above it. Every call throws `io-failed`. */
export function openAppendFile(path: string): AppendFile {
  makeDirectory(dirname(path))
  try {
    const fd = fs.openSync(path, 'a', 0o644)
    return { append: (bytes) => appendAll(fd, bytes, path), close: () => fs.closeSync(fd) }
  } catch (error) {
    throw failed('write', path, error)
  }
}

function appendAll(fd: number, bytes: Uint8Array, path: string): void {
  try {
    for (let offset = 0; offset < bytes.length; ) offset += fs.writeSync(fd, bytes, offset)
  } catch (error) {
    throw failed('write', path, error)
  }
}

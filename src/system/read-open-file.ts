import * as fs from 'node:fs'
import { failed } from './failure.ts'

const chunkBytes = 1 << 18

/**
 * The bytes of the open file `fd` in pieces, from its beginning, wherever others have read to; no more than `mostBytes`. Errors name
 * `path`. Throws `io-failed`.
 */
export async function* readOpenFile(
  fd: number,
  path: string,
  mostBytes = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < mostBytes; ) {
    const bytes = Buffer.allocUnsafe(Math.min(chunkBytes, mostBytes - position))
    const length = await readAt(fd, bytes, position, path)
    if (length === 0) return
    yield bytes.subarray(0, length)
    position += length
  }
}

function readAt(fd: number, bytes: Uint8Array, position: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, bytes, 0, bytes.length, position, (error, length) =>
      error === null ? resolve(length) : reject(failed('read', path, error)),
    )
  })
}

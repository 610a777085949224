import * as fs from 'node:fs'
import { failed } from '../failure.ts'

const chunkBytes = 1 << 18

/** The bytes of a file in pieces. Throws `io-failed`. */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = await attempt('read', path, () => fs.promises.open(path, 'r'))
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes)
      const { bytesRead } = await attempt('read', path, () => file.read(chunk, 0, chunkBytes, null))
      if (bytesRead === 0) return
      yield chunk.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/** Size of the file at `path`. Throws `io-failed`. */
export async function sizeOfFile(path: string): Promise<number> {
  return (await attempt('read', path, () => fs.promises.stat(path))).size
}

/**
 * Writes a file complete or not at all: beside `path`, to the disk, then renamed over it. Gives its size. Throws
 * `io-failed`; errors of `source` pass unchanged.
 */
export async function writeChunks(path: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  const temporary = `${path}.${process.pid}-${crypto.randomUUID()}.part`
  const file = await attempt('write', path, () => fs.promises.open(temporary, 'wx', 0o644))
  let sizeBytes = 0
  try {
    for await (const chunk of source) {
      for (let written = 0; written < chunk.length; )
        written += (await attempt('write', path, () => file.write(chunk, written))).bytesWritten
      sizeBytes += chunk.length
    }
    await attempt('write', path, () => file.sync())
    await attempt('write', path, () => fs.promises.rename(temporary, path))
  } catch (error) {
    await fs.promises.rm(temporary, { force: true })
    throw error
  } finally {
    await file.close()
  }
  return sizeBytes
}

async function attempt<Result>(action: string, path: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw failed(action, path, error)
  }
}

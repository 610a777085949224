import * as fs from 'node:fs'
import { failed } from '../failure.ts'

/** Opens a file for reading. Throws `io-failed`. */
export function openArchiveFile(path: string): { readonly fd: number } & Disposable {
  try {
    const fd = fs.openSync(path, 'r')
    return { fd, [Symbol.dispose]: () => fs.closeSync(fd) }
  } catch (error) {
    throw failed('read', path, error)
  }
}

/** Size of an open file. Throws `io-failed`. */
export function sizeOfOpenFile(fd: number, path: string): number {
  try {
    return fs.fstatSync(fd).size
  } catch (error) {
    throw failed('read', path, error)
  }
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

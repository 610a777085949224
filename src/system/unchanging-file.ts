import * as fs from 'node:fs'
import { KithError } from '../errors/kith-error.ts'
import { hasWriters } from '../native/lease.ts'
import { failed } from './failure.ts'
import { readOpenFile } from './read-open-file.ts'

/** A regular file that is open for reading, whose bytes nobody but root and this user can change. Dispose it. */
export interface UnchangingFile extends Disposable {
  readonly fd: number
  readonly sizeBytes: number
  /** SHA-256 of all of it, lower-case hexadecimal. */
  readonly hash: () => Promise<string>
}

/**
 * Opens `path`, once. What others own, may write, or have open for writing is copied to `copy` first, a file that has no name any
 * more when this returns. Throws `io-failed`.
 */
export async function openUnchanging(path: string, copy: string): Promise<UnchangingFile> {
  const original = attempt('open', path, () => fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK))
  try {
    const found = fs.fstatSync(original)
    if (!found.isFile()) throw failed('open', path, new Error('it is no regular file'))
    if (isOursAlone(found) && hasWriters(original) !== true) return unchanging(original, path, found.size)
    const { fd, sizeBytes } = await copyAside({ fd: original, path, sizeBytes: found.size }, copy)
    fs.closeSync(original)
    return unchanging(fd, path, sizeBytes)
  } catch (error) {
    fs.closeSync(original)
    throw error
  }
}

/** The group's bits also tell of access lists that let others write. */
function isOursAlone({ uid, mode }: fs.Stats): boolean {
  const others = 0o022
  return (uid === 0 || uid === process.getuid?.()) && (mode & others) === 0
}

interface Original {
  readonly fd: number
  readonly path: string
  readonly sizeBytes: number
}

/** What grows meanwhile is cut. */
async function copyAside(original: Original, copy: string): Promise<Pick<Original, 'fd' | 'sizeBytes'>> {
  const fd = attempt('create', copy, () => fs.openSync(copy, 'wx+', 0o600))
  try {
    attempt('remove', copy, () => fs.unlinkSync(copy))
    let sizeBytes = 0
    for await (const chunk of readOpenFile(original.fd, original.path, original.sizeBytes)) {
      attempt('write', copy, () => {
        for (let written = 0; written < chunk.length; )
          written += fs.writeSync(fd, chunk, written, chunk.length - written, sizeBytes + written)
      })
      sizeBytes += chunk.length
    }
    return { fd, sizeBytes }
  } catch (error) {
    fs.closeSync(fd)
    throw error
  }
}

function unchanging(fd: number, path: string, sizeBytes: number): UnchangingFile {
  const hash = async (): Promise<string> => {
    const hasher = new Bun.CryptoHasher('sha256')
    const bytes = new Uint8Array(1 << 20)
    for (let position = 0; ; ) {
      // Not by a thread of the runtime: reading what programs print may hold all of them, and these may wait for the hash.
      const length = attempt('read', path, () => fs.readSync(fd, bytes, 0, bytes.length, position))
      if (length === 0) return hasher.digest('hex')
      hasher.update(bytes.subarray(0, length))
      position += length
      await Bun.sleep(0)
    }
  }
  return { fd, sizeBytes, hash, [Symbol.dispose]: () => fs.closeSync(fd) }
}

function attempt<Result>(action: string, path: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    throw error instanceof KithError ? error : failed(action, path, error)
  }
}

import * as fs from 'node:fs'
import { bytesWaiting, makeNamedPipe } from '../native/fifo.ts'
import { errorCode, failed } from './failure.ts'

/**
 * A named pipe with tokens, a byte each, of which others read and to which they write. Nothing here waits, and what the bytes
 * are never matters.
 */
export interface TokenPipe extends Disposable {
  readonly path: string
  /** Tokens that lie in it now, whoever wrote them. */
  readonly waiting: () => number
  /** How many of `count` could be put in; or taken out. */
  readonly put: (count: number) => number
  readonly take: (count: number) => number
}

/** Makes `path`, open to this user alone. It stays when disposed. Throws `io-failed`. */
export function openTokenPipe(path: string): TokenPipe {
  try {
    makeNamedPipe(path, 0o600)
    // Open for both, so that it neither ends nor waits for somebody at its other end.
    const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK)
    return {
      path,
      waiting: () => bytesWaiting(fd),
      put: (count) => transfer(() => fs.writeSync(fd, Buffer.alloc(count, '+')), count),
      take: (count) => transfer(() => fs.readSync(fd, Buffer.alloc(count)), count),
      [Symbol.dispose]: () => fs.closeSync(fd),
    }
  } catch (error) {
    throw failed('make', path, error)
  }
}

/** A full pipe takes nothing, an empty one has nothing. */
function transfer(call: () => number, count: number): number {
  try {
    return count <= 0 ? 0 : call()
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return 0
    throw error
  }
}

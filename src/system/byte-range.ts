import * as fs from 'node:fs'
import { failed } from './failure.ts'

/** An open file whose bytes can be read at any place. */
export interface OpenFile extends Disposable {
  readonly sizeBytes: number
  readonly read: (offset: number, length: number) => Uint8Array
}

/** Opens a regular file (never through a link). Throws `io-failed`. */
export function openForReading(path: string | Buffer): OpenFile {
  try {
    const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
    return {
      sizeBytes: fs.fstatSync(fd).size,
      read(offset, length) {
        const bytes = new Uint8Array(length)
        return bytes.subarray(0, fs.readSync(fd, bytes, 0, length, offset))
      },
      [Symbol.dispose]: () => fs.closeSync(fd),
    }
  } catch (error) {
    throw failed('read', path.toString(), error)
  }
}

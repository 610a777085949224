import { closeSync, openSync, writeSync } from 'node:fs'
import { failed } from './failure.ts'

/** Open for JSON values, one a line; stays writable after its path has become unreachable (chroot, pivot_root). */
export interface ReportFile extends Disposable {
  /** Throws `io-failed`. */
  write(value: unknown): void
}

/** JSON values, one a line, to a descriptor that was inherited; written in few pieces. Throws `io-failed`. */
export function reportLines(fd: number, values: Iterable<unknown>): void {
  const pieceLength = 1 << 16
  let piece = ''
  const send = (): void => {
    const bytes = Buffer.from(piece)
    piece = ''
    try {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(fd, bytes, offset)
    } catch (error) {
      throw failed('write', `descriptor ${fd}`, error)
    }
  }
  for (const value of values) {
    piece += `${JSON.stringify(value)}\n`
    if (piece.length >= pieceLength) send()
  }
  send()
}

/** Opens `path`, a file that is made or emptied, or a pipe (`/proc/self/fd/2`). Throws `io-failed`. */
export function openReport(path: string): ReportFile {
  const attempt = <Result>(call: () => Result): Result => {
    try {
      return call()
    } catch (error) {
      throw failed('write', path, error)
    }
  }
  const fd = attempt(() => openSync(path, 'w', 0o600))
  return {
    write(value) {
      const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
      attempt(() => {
        for (let offset = 0; offset < bytes.length; ) offset += writeSync(fd, bytes, offset)
      })
    },
    [Symbol.dispose]: () => closeSync(fd),
  }
}

/** A file with one JSON value. Throws `io-failed`. */
export function writeReport(path: string, value: unknown): void {
  using report = openReport(path)
  report.write(value)
}

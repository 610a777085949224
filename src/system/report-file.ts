import { closeSync, openSync, writeSync } from 'node:fs'
import { failed } from './failure.ts'

/** Open for JSON values, one a line; stays writable after its path has become unreachable (chroot, pivot_root). */
export interface ReportFile extends Disposable {
  /** Throws `io-failed`. */
  write(value: unknown): void
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

import { closeSync, openSync, writeSync } from 'node:fs'
import { failed } from './failure.ts'

/** An open file for one JSON value, that stays writable after its path has become unreachable (chroot, pivot_root). */
export interface ReportFile {
  write(value: unknown): void
}

/** Throws `io-failed`. */
export function openReport(path: string): ReportFile {
  try {
    const fd = openSync(path, 'w', 0o600)
    return {
      write(value) {
        writeSync(fd, JSON.stringify(value))
        closeSync(fd)
      },
    }
  } catch (error) {
    throw failed('write', path, error)
  }
}

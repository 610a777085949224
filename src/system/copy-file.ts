import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { failed } from './failure.ts'

/** Copies a file's content (symlinks followed), complete or not at all. Throws `io-failed`. */
export function copyFileAtomic(from: string, to: string): void {
  const temporary = join(dirname(to), `.${process.pid}-${counter++}.copy`)
  try {
    copyFileSync(from, temporary)
    renameSync(temporary, to)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw failed('copy to', to, error)
  }
}
let counter = 0

import { basename } from 'node:path'
import { shellWord } from '../errors/printable.ts'
import type { Account } from './accounts.ts'
import { findProgram } from './process.ts'

/** What KISS tries in this order where KISS_SU names none. */
const programs = ['ssu', 'sudo', 'doas', 'su']

/** The program that changes users: `wanted` (KISS_SU), else the first that there is; undefined where there is none. */
export function findUserSwitch(wanted: string, searchPath: string): string | undefined {
  if (wanted.includes('/')) return wanted
  return findProgram(wanted === '' ? programs : [wanted], searchPath)
}

/** The words that run `argv` as another user: `sudo -u user -- words`, and what su makes of one line for its shell. */
export function asUser(argv: readonly string[], program: string, { id, name }: Account): string[] {
  const hasName = name !== String(id)
  if (basename(program) === 'su') return [program, '-c', argv.map(shellWord).join(' '), name]
  return [program, '-u', hasName || basename(program) === 'doas' ? name : `#${id}`, '--', ...argv]
}

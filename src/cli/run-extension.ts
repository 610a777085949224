import type { Config } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import { findProgram, runAttached } from '../system/process.ts'
import { type CommandRow, commandTable } from './command-table.ts'
import { extensionPrograms } from './extension-programs.ts'
import { withPlainRoot } from './hooks.ts'

/** What a word means that is no command of KISS's own: a program, or a command that kith has built in. */
export type Extension =
  | { readonly kind: 'program'; readonly path: string }
  | { readonly kind: 'built-in'; readonly row: CommandRow }

/**
 * The first executable `kiss-<word>*` on PATH, folders in PATH's order, bytewise inside one. A program on PATH is preferred to
 * what kith has built in of that name, as with KISS; but not by itself, and not for --json, which only kith knows. Throws
 * `unknown-command`.
 */
export function findExtension(word: string, words: readonly string[], config: Config): Extension {
  const builtIn = commandTable.find(({ name }) => name === word)
  if (builtIn !== undefined) {
    const isOwn = words.includes('--json') || process.env.KITH_EXTENSION === word
    const program = isOwn ? undefined : findProgram([`kiss-${word}`], config.searchPath)
    return program === undefined ? { kind: 'built-in', row: builtIn } : { kind: 'program', path: program }
  }
  if (word === '' || word.startsWith('-')) throw new KithError('unknown-command', { command: word })
  for (const { name, path } of extensionPrograms(config.searchPath))
    if (name.startsWith(word)) return { kind: 'program', path }
  const row = commandTable.find(({ name, isContrib }) => isContrib === true && name.startsWith(word))
  if (row === undefined) throw new KithError('unknown-command', { command: word })
  return { kind: 'built-in', row }
}

/** Runs the extension of the first word with the others as arguments; gives its exit status. */
export async function runExtension(
  path: string,
  [word = '', ...words]: readonly string[],
  { root }: Pick<Config, 'root'>,
): Promise<number> {
  const env = { ...withPlainRoot(process.env, root), _KISS_LVL: '0', KISS_PID: '', KITH_EXTENSION: word }
  return await runAttached([path, ...words], `run the extension ${word}`, { env, output: 'output' })
}

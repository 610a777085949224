import { basename } from 'node:path'
import type { Config } from '../config/config.ts'
import { readConfig } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import type { Invocation } from './command.ts'
import { type CommandRow, findCommand } from './command-table.ts'

/**
 * Runs one command line. What only prints a word does so before anything else is loaded: commands, their engines and the
 * reporter are imported on demand. Gives the exit status; never throws.
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const [word = 'help', ...rest] = argv
  let config: Config | undefined
  try {
    // KISS's own last line of it: what scripts see of a call without a word.
    if (argv.length === 0) process.stdout.write('\nRun "kith [H|help-ext]" to see all actions\n')
    const row = findCommand(word === '--help' || word === '-h' ? 'help' : word)
    config = readConfig(process.env, process.getuid?.() ?? 0, process.pid)
    const isLetter = row?.letter === word || basename(process.argv0) === 'kiss'
    if (row !== undefined && isOwn(row))
      return await runCommand(row, [...(isLetter ? (row.letterOptions ?? []) : []), ...rest], config)
    const { findExtension, runExtension } = await import('./run-extension.ts')
    const extension = findExtension(word, rest, config)
    if (extension.kind === 'program') return await runExtension(extension.path, [word, ...rest], config)
    return await runCommand(extension.row, rest, config)
  } catch (error) {
    return (await import('./report-failure.ts')).reportFailure(error, rest.includes('--json'))
  } finally {
    if (config !== undefined && config.hooks.length > 0)
      await (await import('./hooks.ts')).createHookRunner(config, process.env).run('SIGEXIT', [])
  }
}

/** What KISS has built in; of other names a program `kiss-NAME` is preferred, so that nobody loses theirs. */
function isOwn({ name, letter }: CommandRow): boolean {
  return letter !== undefined || name === 'help'
}

async function runCommand(row: CommandRow, words: readonly string[], config: Config): Promise<number> {
  const { positional, options, values } = parseOptions(row, words)
  const command = await row.load()
  if (options.has('--help')) return (await import('./commands/help.ts')).printCommandHelp(row)
  const changesRoot = row.changesRoot?.(positional) === true && !options.has('--dry-run')
  if (changesRoot) {
    const { otherOwner, runCommandAsOwner } = await import('./root-owner.ts')
    const owner = otherOwner(config, process.env)
    if (owner !== undefined) return await runCommandAsOwner(row, { positional, words }, { owner, config })
  }
  const { openSession } = await import('./session.ts')
  return await openSession(config, options, async (session) => {
    if (!changesRoot) await tellPending(config, session)
    if (row.usesCache) await useCache(config, options.has('--dry-run'), session)
    return await command({ ...session, arguments: positional, options, values, config, environment: process.env })
  })
}

/** Nobody cleans the cache meanwhile. A dry run makes none where none is. */
async function useCache(
  { cacheDirectory }: Config,
  isDryRun: boolean,
  { context }: Pick<Invocation, 'context'>,
): Promise<void> {
  const { isDirectory } = await import('../system/files.ts')
  if (isDryRun && !isDirectory(cacheDirectory)) return
  const { holdCache } = await import('../build/clean-cache.ts')
  await holdCache(cacheDirectory, context)
}

/** What is shown may be the state before a transaction that was stopped, or is under way. */
async function tellPending({ root }: Config, { context }: Pick<Invocation, 'context'>): Promise<void> {
  const { openRoot } = await import('../store/open-root.ts')
  const { pending } = openRoot(root)
  if (pending === undefined) return
  const { id, isRunning, summary } = pending
  context.emit({ kind: 'transaction-pending', id, command: summary.command, isRunning })
}

interface ParsedWords {
  readonly positional: readonly string[]
  readonly options: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
}

/** Options may stand anywhere before `--`; a value follows its option as the next word or after `=`. */
function parseOptions(row: CommandRow, words: readonly string[]): ParsedWords {
  const known = ['--json', '--help', ...row.options]
  const positional: string[] = []
  const options = new Set<string>()
  const values = new Map<string, string>()
  const queue = words.values()
  for (const word of queue) {
    if (word === '--') {
      positional.push(...queue)
      break
    }
    if (word !== '-h' && !word.startsWith('--')) {
      positional.push(word)
      continue
    }
    const [option = '', given] = word === '-h' ? ['--help'] : word.split(/=(.*)/s, 2)
    const takesValue = known.some((one) => one.startsWith(`${option} `))
    if (!(takesValue || (known.includes(option) && given === undefined)))
      throw new KithError('unknown-option', { command: row.name, option: word, known })
    options.add(option)
    const value = takesValue ? (given ?? queue.next().value) : undefined
    if (takesValue && value === undefined)
      throw new KithError('missing-argument', { command: row.name, expected: `a value after ${option}` })
    if (value !== undefined) values.set(option, value)
  }
  return { positional, options, values }
}

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
  try {
    const row = findCommand(word === '--help' || word === '-h' ? 'help' : word)
    const config = readConfig(process.env, process.getuid?.() ?? 0, process.pid)
    if (row !== undefined && row.isContrib !== true) return await runCommand(row, rest, config)
    const { findExtension, runExtension } = await import('./run-extension.ts')
    const extension = findExtension(word, rest, config)
    if (extension.kind === 'program') return await runExtension(extension.path, word, rest)
    return await runCommand(extension.row, rest, config)
  } catch (error) {
    return (await import('./report-failure.ts')).reportFailure(error, rest.includes('--json'))
  }
}

async function runCommand(row: CommandRow, words: readonly string[], config: Config): Promise<number> {
  const { positional, options } = parseOptions(row, words)
  const command = await row.load()
  if (options.has('--help')) return (await import('./commands/help.ts')).printCommandHelp(row)
  const { openSession } = await import('./session.ts')
  return await openSession(config, options, async (session) => {
    // Listing takes no lock, whatever else the command can do.
    const isListing = row.name === 'alternatives' && positional.length === 0
    if (row.changesRoot !== true || isListing) await tellPending(config, session)
    return await command({ ...session, arguments: positional, options, config, environment: process.env })
  })
}

/** What is shown may be the state before a transaction that was stopped, or is under way. */
async function tellPending({ root }: Config, { context }: Pick<Invocation, 'context'>): Promise<void> {
  const { openRoot } = await import('../store/open-root.ts')
  const { pending } = openRoot(root)
  if (pending === undefined) return
  const { id, isRunning, summary } = pending
  context.emit({ kind: 'transaction-pending', id, command: summary.command, isRunning })
}

function parseOptions(row: CommandRow, words: readonly string[]): { positional: string[]; options: Set<string> } {
  const known = ['--json', '--help', ...row.options]
  const positional: string[] = []
  const options = new Set<string>()
  const end = words.indexOf('--')
  words.forEach((word, index) => {
    if (index === end) return
    if (word === '-h' && (end < 0 || index < end)) options.add('--help')
    else if (!word.startsWith('--') || (end >= 0 && index > end)) positional.push(word)
    else if (known.includes(word)) options.add(word)
    else throw new KithError('unknown-option', { command: row.name, option: word, known })
  })
  return { positional, options }
}

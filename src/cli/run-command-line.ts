import type { Config } from '../config/config.ts'
import { readConfig } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import { type CommandRow, findCommand } from './command-table.ts'

/**
 * Runs one command line. What only prints a word does so before anything else is loaded: commands, their engines and the
 * reporter are imported on demand. Gives the exit status; never throws.
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const [word = 'help', ...rest] = argv
  try {
    if (word === '__sandbox') return await (await import('../sandbox/launcher.ts')).launchSandbox(rest[0] ?? '')
    if (word === '__worker') return await (await import('../build/worker.ts')).runWorkerJob(rest[0] ?? '')
    if (word === '__chroot') return await (await import('../system/enter-root.ts')).enterRoot(rest)
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
  return await openSession(config, options, (session) =>
    command({ ...session, arguments: positional, options, config, environment: process.env }),
  )
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

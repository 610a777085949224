import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import { printable } from '../errors/printable.ts'
import type { Event } from '../events/event.ts'
import { createJsonReporter, jsonSchema } from '../report/json/json-reporter.ts'
import { createQuietFilter } from '../report/terminal/quiet.ts'
import { terminalStyle } from '../report/terminal/style.ts'
import { createTerminalReporter } from '../report/terminal/terminal-reporter.ts'
import { releaseClaimed, removeAbandonedIn } from '../system/claimed-directory.ts'
import type { Invocation } from './command.ts'
import { createHookRunner } from './hooks.ts'
import { createLineOutput } from './line-output.ts'

type Session = Pick<Invocation, 'context' | 'show'>

/** A sink for events that shows them in some form. */
export interface Reporter {
  report(event: Event): void
  /** Leaves the terminal as a plain line would: call before anything else writes to it. */
  close(): void
}

/**
 * What a command runs in: the reporter, the signal that Ctrl-C aborts, the user's hooks, and the promise that the work
 * directory of this process is gone afterwards (unless KISS_DEBUG keeps it), as are those of processes that were killed. A second
 * Ctrl-C ends kith at once, and what is left then goes with the next command.
 */
export async function openSession(
  config: Config,
  options: ReadonlySet<string>,
  body: (session: Session) => Promise<number>,
): Promise<number> {
  const abort = new AbortController()
  const isJson = options.has('--json')
  const reporter = isJson
    ? createJsonReporter((text) => void process.stdout.write(text))
    : createTerminalReporter({
        style: terminalStyle(process.env, process.stderr.isTTY),
        write: (text) => void process.stderr.write(text),
        columns: () => process.stderr.columns ?? 80,
        isLive: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
      })
  const output = createLineOutput((bytes) => void process.stdout.write(bytes))
  const hooks = createHookRunner(config, process.env)
  const stop = (): void => {
    abort.abort()
    // From then on the same ends kith at once. Whoever sends it twice at one time (a terminal and a parent) means it once.
    setTimeout(ignoreNoMore, twiceMs).unref()
  }
  const ignoreNoMore = (): void => {
    for (const signal of endings) process.off(signal, stop)
  }
  for (const signal of endings) process.on(signal, stop)
  try {
    if (removeAbandonedIn(config.workParent))
      (await import('../build/clear-abandoned.ts')).clearAbandoned(config.cacheDirectory)
    const report = (event: Event): void => {
      output.flush()
      reporter.report(event)
    }
    const emit = options.has('--quiet') ? createQuietFilter(report) : report
    const context = { emit, signal: abort.signal, hooks }
    const show: Session['show'] = (line, item) =>
      output.write(isJson ? JSON.stringify({ schema: jsonSchema, ...item }) : shownLine(line))
    return await body({ context, show })
  } catch (error) {
    if (!abort.signal.aborted) throw error
    await hooks.run('SIGINT', [])
    throw error instanceof KithError && error.code !== 'interrupted'
      ? new KithError('interrupted', {}, { cause: error })
      : error
  } finally {
    output.flush()
    reporter.close()
    releaseClaimed(workDirectoryOf(config), config.keepsWork ? 'keep' : 'remove')
    ignoreNoMore()
  }
}

/** Names of files are bytes for programs; what they hold must not steer a terminal. */
function shownLine(line: string | Uint8Array): string | Uint8Array {
  return typeof line === 'string' || process.stdout.isTTY !== true ? line : printable(Buffer.from(line).toString())
}

/** Ctrl-C, a request to end, and a terminal that is closed. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const twiceMs = 300

/** `<cache>/kiss/proc/<pid>`: everything temporary of this process. */
export function workDirectoryOf(config: Config): string {
  return join(config.workParent, config.processName)
}

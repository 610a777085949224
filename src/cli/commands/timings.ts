import { resolve } from 'node:path'
import { listTimings } from '../../build/record-timings.ts'
import { KithError } from '../../errors/kith-error.ts'
import { analyseTimings, type TimingsAnalysis } from '../../plan/analyse-timings.ts'
import { simulateChanges } from '../../plan/what-if.ts'
import { terminalStyle } from '../../report/terminal/style.ts'
import { countOutcomes, formatTime, renderTimings } from '../../report/terminal/timings-lines.ts'
import { formatDuration } from '../../report/terminal/units.ts'
import { writeFileAtomic } from '../../system/files.ts'
import type { Command, Invocation } from '../command.ts'

/** Where the time of a build went: of the last one, or of the N-th before; with --list which ones are recorded. */
export const timings: Command = async (invocation) => {
  const { arguments: words, options, environment, context, show } = invocation
  if (options.has('--list')) return listBuilds(invocation)
  const { number, file } = readWords(words, options)
  const analysis = analyseTimings(chooseBuild(number, invocation))
  const whatIf = simulateChanges(analysis)
  if (options.has('--html')) {
    const { printTimingsPage } = await import('../../report/timings/html.ts')
    const page = printTimingsPage(analysis, whatIf)
    if (file === undefined) show(page, { kind: 'page' })
    else {
      writeFileAtomic(resolve(file), page)
      context.emit({ kind: 'notice', level: 'info', text: `written: ${file}` })
    }
    return 0
  }
  const style = terminalStyle(environment, process.stdout.isTTY)
  show(renderTimings(analysis, whatIf, style), { kind: 'timings', ...analysis, whatIf })
  return 0
}

/** A number says which build; with --html another word is the file to write. Throws `invalid-argument`. */
function readWords(
  words: readonly string[],
  options: ReadonlySet<string>,
): { number: number; file: string | undefined } {
  const numbers = words.filter((word) => /^[1-9][0-9]{0,3}$/.test(word))
  const others = words.filter((word) => !numbers.includes(word))
  const [unexpected] = options.has('--html') ? others.slice(1) : others
  const expected = 'a number: 1 is the last build, 2 the one before'
  if (unexpected !== undefined) throw new KithError('invalid-argument', { argument: unexpected, expected })
  if (numbers[1] !== undefined)
    throw new KithError('invalid-argument', { argument: numbers[1], expected: 'one number' })
  return { number: Number(numbers[0] ?? 1), file: others[0] }
}

/** Throws `no-timings`. */
function chooseBuild(number: number, { config }: Pick<Invocation, 'config'>) {
  const recorded = listTimings(config.cacheDirectory).flatMap((read, index) =>
    index === number - 1 ? (read() ?? []) : [],
  )
  const [found] = recorded
  if (found === undefined) throw new KithError('no-timings', { number })
  return found
}

function listBuilds({ config, show }: Invocation): number {
  for (const [index, read] of listTimings(config.cacheDirectory).entries()) {
    const found = read()
    if (found === undefined) continue
    const analysis: TimingsAnalysis = analyseTimings(found)
    const { startedMs, totalMs, isWhole } = analysis
    const state = isWhole ? '' : ' (not at its end)'
    const line = `${String(index + 1).padStart(3)}  ${formatTime(startedMs)}  ${formatDuration(totalMs).padStart(11)}  ${countOutcomes(analysis)}${state}`
    show(line, { kind: 'recorded-build', number: index + 1, startedMs, totalMs, isWhole })
  }
  return 0
}

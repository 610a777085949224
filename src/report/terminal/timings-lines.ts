import { printable } from '../../errors/printable.ts'
import { durationOf, type TimedItem, type TimingsAnalysis } from '../../plan/analyse-timings.ts'
import type { WhatIf } from '../../plan/what-if.ts'
import type { Style } from './style.ts'
import { formatDuration } from './units.ts'

const most = 10

/** Where the time of a build went, as a text of a page. */
export function renderTimings(analysis: TimingsAnalysis, whatIf: WhatIf, style: Style): string {
  const { items, totalMs, isWhole, leftCount, jobs, tokens, processors } = analysis
  const counts = countOutcomes(analysis)
  const state = isWhole ? '' : ', not at its end: it is still going on, or kith was killed'
  const left = leftCount > 0 ? `, ${leftCount} steps never started` : ''
  return [
    `build of ${formatTime(analysis.startedMs)} took ${formatDuration(totalMs)}${state}: ${counts}${left}`,
    `  ${jobs} at one time with ${tokens} tokens on ${processors} processors; ${describeUse(analysis)}`,
    `  no order of these steps takes less than ${formatDuration(analysis.boundMs)} with ${jobs} at one time`,
    '',
    style.prefix(`longest chain of needs (${formatDuration(workOf(analysis, analysis.longestChain))})`),
    ...shortened(renderPath(analysis, analysis.longestChain, style)),
    ...renderEnd(analysis, style),
    '',
    style.prefix('slowest packages'),
    ...items
      .filter(({ work }) => work === 'build')
      .toSorted((one, other) => durationOf(other) - durationOf(one))
      .slice(0, most)
      .map((item) => renderSlow(item, totalMs, style)),
    '',
    style.prefix('phases, all packages together'),
    ...analysis.phases.map(({ phase, totalMs: ms }) => `${cell(ms)}  ${phase}`),
    '',
    style.prefix('what if'),
    ...renderWhatIf(whatIf, style),
  ].join('\n')
}

export function countOutcomes({ items }: TimingsAnalysis): string {
  const builds = items.filter(({ work }) => work === 'build')
  const count = (outcome: TimedItem['outcome'], text: string): string[] => {
    const number = builds.filter((item) => item.outcome === outcome).length
    return number === 0 ? [] : [`${number} ${text}`]
  }
  const told = [
    ...count('done', 'built'),
    ...count('skipped', 'taken from the cache'),
    ...count('failed', 'failed'),
    ...count('running', 'not finished'),
  ]
  return told.length === 0 ? 'nothing built' : told.join(', ')
}

function describeUse({ meanRunning, mostRunning, meanUsed, meanBusy, tokens }: TimingsAnalysis): string {
  return [
    `${meanRunning.toFixed(1)} builds running on average, ${mostRunning} at most`,
    ...(meanUsed === undefined ? [] : [`${meanUsed.toFixed(1)} of ${tokens} tokens in use`]),
    ...(meanBusy === undefined ? [] : [`processors ${Math.round(100 * meanBusy)} % busy`]),
  ].join(', ')
}

/** Where it is not the longest chain alone that held up the end: builds waited for room. */
function renderEnd(analysis: TimingsAnalysis, style: Style): string[] {
  const { criticalPath, longestChain } = analysis
  if (criticalPath.join('\n') === longestChain.join('\n')) return []
  const title = `what the end waited for, room for a build included (${formatDuration(workOf(analysis, criticalPath))})`
  return ['', style.prefix(title), ...shortened(renderPath(analysis, criticalPath, style))]
}

function workOf({ items }: TimingsAnalysis, ids: readonly string[]): number {
  const wanted = new Set(ids)
  return items.filter(({ id }) => wanted.has(id)).reduce((sum, item) => sum + durationOf(item), 0)
}

function renderPath({ items }: TimingsAnalysis, path: readonly string[], style: Style): string[] {
  const byId = new Map(items.map((item) => [item.id, item]))
  return path.flatMap((id) => {
    const item = byId.get(id)
    if (item === undefined) return []
    const waited = item.startMs - item.readyMs
    const wait = waited > 100 ? style.faint(`  (ready ${formatDuration(waited)} before)`) : ''
    const what = item.work === 'fetch' ? 'sources of ' : ''
    return [
      `${cell(durationOf(item))}  from ${cell(item.startMs)}  ${what}${style.name(printable(item.package))}${wait}`,
    ]
  })
}

function renderSlow(item: TimedItem, totalMs: number, style: Style): string {
  const share = totalMs === 0 ? 0 : Math.round((100 * durationOf(item)) / totalMs)
  const phases = item.phases.map(({ phase, startMs, endMs }) => `${phase} ${formatDuration(endMs - startMs)}`)
  const cpu = item.cpuMs === undefined ? [] : [`${formatDuration(item.cpuMs)} of processors`]
  const facts = style.faint([...phases, ...cpu].join(', '))
  return `${cell(durationOf(item))} ${`${share} %`.padStart(5)}  ${style.name(printable(item.package))}  ${facts}`
}

function renderWhatIf({ asItWasMs, jobs, faster }: WhatIf, style: Style): string[] {
  const change = (ms: number): string => {
    const percent = asItWasMs === 0 ? 0 : Math.round((100 * (ms - asItWasMs)) / asItWasMs)
    return `${cell(ms)} ${`${percent > 0 ? '+' : ''}${percent} %`.padStart(6)}`
  }
  const helpful = faster.filter(({ totalMs }) => totalMs < asItWasMs * 0.995).slice(0, 5)
  return [
    ...jobs.map(({ jobs: number, totalMs }) => `${change(totalMs)}  ${number} at one time`),
    ...helpful.map(({ package: name, totalMs }) => `${change(totalMs)}  ${style.name(printable(name))} twice as fast`),
    ...(helpful.length === 0 ? ['              no single package twice as fast would change it'] : []),
    style.faint(
      `  simulated with the recorded durations, which are ${formatDuration(asItWasMs)} as it was; builds that share`,
    ),
    style.faint('  processors would slow each other down'),
  ]
}

function cell(ms: number): string {
  return formatDuration(ms).padStart(11)
}

/** The first few and the last few. */
function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= 14) return lines
  return [...lines.slice(0, 4), `          … ${lines.length - 12} more`, ...lines.slice(-8)]
}

/** `2026-11-28 17:02`, in the user's time. */
export function formatTime(ms: number): string {
  const date = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

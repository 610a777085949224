import type { BuildTimings, TimedPhase, WorkOutcome } from '../model/build-timings.ts'
import { findCriticalPaths, type TimedWork } from './critical-path.ts'

/** One piece of work, on the clock of the build: milliseconds from its start. */
export interface TimedItem {
  readonly id: string
  readonly package: string
  readonly work: 'fetch' | 'build'
  readonly needs: readonly string[]
  /** When all that it needs was done. */
  readonly readyMs: number
  readonly startMs: number
  readonly endMs: number
  /** `running`: the build ended before it did. */
  readonly outcome: WorkOutcome | 'running'
  /** What it waited for last; undefined: nothing. */
  readonly unlockedBy: string | undefined
  readonly phases: readonly { readonly phase: TimedPhase; readonly startMs: number; readonly endMs: number }[]
  readonly cpuMs: number | undefined
}

export interface TimingsSample {
  readonly atMs: number
  readonly used: number
  readonly ready: number
  readonly busy: number | undefined
}

export interface TimingsAnalysis extends Pick<BuildTimings, 'startedMs' | 'jobs' | 'tokens' | 'processors'> {
  readonly totalMs: number
  /** Whether it was written to its end: not where kith was killed, or is still at it. */
  readonly isWhole: boolean
  /** What was started, in that order. */
  readonly items: readonly TimedItem[]
  /** How many pieces of work never started. */
  readonly leftCount: number
  /** Ids, first to last: each was what the next one waited for last. */
  readonly criticalPath: readonly string[]
  /** Ids, first to last: of all chains of needs the one that takes longest, whatever the number of builds at one time. */
  readonly longestChain: readonly string[]
  /** What no order of the work beats: its longest chain, or all of it divided by the builds at one time. */
  readonly boundMs: number
  /** Steps: from `atMs` on so many builds ran. */
  readonly concurrency: readonly { readonly atMs: number; readonly running: number }[]
  readonly meanRunning: number
  readonly mostRunning: number
  readonly samples: readonly TimingsSample[]
  /** Over all samples: tokens in use, share of the processors in use. */
  readonly meanUsed: number | undefined
  readonly meanBusy: number | undefined
  /** Longest first. */
  readonly phases: readonly { readonly phase: TimedPhase | 'fetch'; readonly totalMs: number }[]
}

/** What the record of a build says about where its time went. */
export function analyseTimings(timings: BuildTimings): TimingsAnalysis {
  const { startedMs, jobs, tokens, processors, work, events } = timings
  const last = events.reduce((latest, { atMs }) => Math.max(latest, atMs), 0)
  const finished = events.find(({ kind }) => kind === 'finished')
  const totalMs = finished?.atMs ?? last
  const items = findItems(timings, totalMs)
  const concurrency = countRunning(items)
  const samples = events.flatMap((event): TimingsSample[] =>
    event.kind === 'sampled' ? [{ atMs: event.atMs, used: event.used, ready: event.ready, busy: event.busy }] : [],
  )
  return {
    ...{ startedMs, jobs, tokens, processors, totalMs },
    isWhole: finished !== undefined,
    items,
    leftCount: work.length - items.length,
    criticalPath: findCriticalPath(items),
    longestChain: findLongestChain(items),
    boundMs: lowerBoundMs(items, jobs),
    concurrency,
    meanRunning: totalMs === 0 ? 0 : sum(items.filter(isBuild).map(durationOf)) / totalMs,
    mostRunning: Math.max(0, ...concurrency.map(({ running }) => running)),
    samples,
    meanUsed: mean(samples.map(({ used }) => used)),
    meanBusy: mean(samples.flatMap(({ busy }) => busy ?? [])),
    phases: sumPhases(items),
  }
}

export function durationOf({ startMs, endMs }: Pick<TimedItem, 'startMs' | 'endMs'>): number {
  return endMs - startMs
}

function findItems({ work, events }: BuildTimings, totalMs: number): TimedItem[] {
  const starts = new Map<string, number>()
  const ends = new Map<string, { readonly atMs: number; readonly outcome: WorkOutcome }>()
  const cpu = new Map<string, number>()
  const phases = new Map<string, { readonly phase: TimedPhase; readonly startMs: number }[]>()
  for (const event of events) {
    if (event.kind === 'started') starts.set(event.id, event.atMs)
    if (event.kind === 'ended') ends.set(event.id, event)
    if (event.kind === 'used') cpu.set(event.package, (cpu.get(event.package) ?? 0) + event.cpuMs)
    if (event.kind === 'phase')
      phases.set(event.package, [...(phases.get(event.package) ?? []), { phase: event.phase, startMs: event.atMs }])
  }
  const positions = new Map(work.map(({ id }, index) => [id, index]))
  return work
    .flatMap((item, index): TimedItem[] => {
      const startMs = starts.get(item.id)
      if (startMs === undefined) return []
      const end = ends.get(item.id)
      const endMs = Math.max(startMs, end?.atMs ?? totalMs)
      // A plan lists nothing before what it needs; a record that is damaged may.
      const needs = item.needs.filter((need) => ends.has(need) && (positions.get(need) ?? index) < index)
      const unlockedBy = needs.toSorted((one, other) => (ends.get(other)?.atMs ?? 0) - (ends.get(one)?.atMs ?? 0))[0]
      const own = item.work === 'build' ? (phases.get(item.package) ?? []) : []
      return [
        {
          ...{ id: item.id, package: item.package, work: item.work, needs, startMs, endMs, unlockedBy },
          readyMs: Math.min(startMs, unlockedBy === undefined ? 0 : (ends.get(unlockedBy)?.atMs ?? 0)),
          outcome: end?.outcome ?? 'running',
          phases: own.map(({ phase, startMs: from }, index) => {
            return { phase, startMs: from, endMs: own[index + 1]?.startMs ?? endMs }
          }),
          cpuMs: item.work === 'build' ? cpu.get(item.package) : undefined,
        },
      ]
    })
    .sort((one, other) => one.startMs - other.startMs || (one.id < other.id ? -1 : 1))
}

/**
 * From what ended last back over what each waited for last: what it needed, or where it was ready before it started, that which made
 * room for it.
 */
function findCriticalPath(items: readonly TimedItem[]): string[] {
  const path: TimedItem[] = []
  let current = items.reduce<TimedItem | undefined>(
    (last, item) => (last && last.endMs >= item.endMs ? last : item),
    undefined,
  )
  const byId = new Map(items.map((item) => [item.id, item]))
  while (current !== undefined && path.length < items.length) {
    path.push(current)
    const { unlockedBy, startMs, readyMs, work } = current
    const hadToWait = startMs - readyMs > roomMs
    const madeRoom = hadToWait
      ? items
          .filter((item) => item.work === work && item.endMs <= startMs && item.endMs > readyMs && !path.includes(item))
          .toSorted((one, other) => other.endMs - one.endMs)[0]
      : undefined
    current = madeRoom ?? (unlockedBy === undefined ? undefined : byId.get(unlockedBy))
  }
  return path.reverse().map(({ id }) => id)
}

/** Starting takes a moment; what waited no longer than this did not wait for room. */
const roomMs = 100

function findLongestChain(items: readonly TimedItem[]): string[] {
  const behind = findCriticalPaths(items.map(timed))
  const longest = (among: readonly TimedItem[]): TimedItem | undefined =>
    among.toSorted((one, other) => (behind.get(other.id) ?? 0) - (behind.get(one.id) ?? 0))[0]
  const chain: string[] = []
  let current = longest(items)
  while (current !== undefined) {
    const { id } = current
    chain.push(id)
    current = longest(items.filter(({ needs }) => needs.includes(id)))
  }
  return chain
}

function timed(item: TimedItem): TimedWork {
  return { id: item.id, needs: item.needs, durationMs: durationOf(item) }
}

function lowerBoundMs(items: readonly TimedItem[], jobs: number): number {
  const chain = Math.max(0, ...findCriticalPaths(items.map(timed)).values())
  return Math.max(chain, sum(items.filter(isBuild).map(durationOf)) / jobs)
}

function countRunning(items: readonly TimedItem[]): { atMs: number; running: number }[] {
  const changes = items
    .filter(isBuild)
    .flatMap(({ startMs, endMs }) => [
      { atMs: startMs, by: 1 },
      { atMs: endMs, by: -1 },
    ])
    .sort((one, other) => one.atMs - other.atMs || one.by - other.by)
  const steps: { atMs: number; running: number }[] = []
  let running = 0
  for (const { atMs, by } of changes) {
    running += by
    if (steps.at(-1)?.atMs === atMs) steps.pop()
    steps.push({ atMs, running })
  }
  return steps
}

function sumPhases(items: readonly TimedItem[]): TimingsAnalysis['phases'] {
  const totals = new Map<TimedPhase | 'fetch', number>()
  const add = (phase: TimedPhase | 'fetch', ms: number): void => void totals.set(phase, (totals.get(phase) ?? 0) + ms)
  for (const item of items) {
    if (item.work === 'fetch') add('fetch', durationOf(item))
    for (const { phase, startMs, endMs } of item.phases) add(phase, endMs - startMs)
  }
  return [...totals].map(([phase, totalMs]) => ({ phase, totalMs })).sort((one, other) => other.totalMs - one.totalMs)
}

function isBuild({ work }: TimedItem): boolean {
  return work === 'build'
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length
}

import { findCriticalPaths } from '../src/plan/critical-path.ts'
import { simulateSchedule } from '../src/plan/simulate-schedule.ts'
import type { QueueOptions, Work } from '../src/plan/work-queue.ts'
import type { BenchRow } from './bench-rows.ts'
import {
  type DurationModel,
  largestClosure,
  loadPackages,
  makeWork,
  type RecordedPackage,
  seededRandom,
} from './schedule-graph.ts'

const seeds = Array.from({ length: 20 }, (_, index) => index + 1)
const downloads = 8

interface Case {
  readonly name: string
  readonly packages: readonly RecordedPackage[]
  readonly model: DurationModel
  readonly cores: number
}

/**
 * How good the order is in which packages are started: the recorded ones with made-up durations, on machines that are not
 * there. Against what no order can beat (the critical path, or all work divided by the cores) the worst of 20 draws is
 * shown; against other orders the median. Nothing here depends on the machine it runs on.
 */
export async function benchSchedule(): Promise<BenchRow[]> {
  const { packages, isRecorded } = loadPackages()
  const all = `${isRecorded ? '' : 'made-up '}${packages.length}`
  const closure = largestClosure(packages)
  const models = ['log-normal', 'sources'] as const
  const cases = models.flatMap((model) => [2, 8, 64].map((cores): Case => ({ name: all, packages, model, cores })))
  const largest = [2, 8].map((cores): Case => {
    return { name: `${closure.at(-1)?.name}'s ${closure.length}`, packages: closure, model: 'log-normal', cores }
  })
  return [...cases, ...largest].flatMap(rowsOf)
}

function rowsOf({ name, packages, model, cores }: Case): BenchRow[] {
  const draws = seeds.map((seed) => {
    const work = makeWork(packages, model, seed)
    const simulate = (options?: QueueOptions): number =>
      simulateSchedule(work, { cores, downloads }, options).makespanMs
    return {
      kithMs: simulate(),
      'what no order beats, worst of 20': lowerBound(work, cores),
      'durations known within a factor of 4': simulateMisjudged(work, cores, seed),
      ...mapValues(otherOrders(work), simulate),
    }
  })
  const others = Object.keys(draws[0] ?? {}).filter((key): key is keyof (typeof draws)[number] => key !== 'kithMs')
  return others.map((other): BenchRow => {
    const isBound = other.startsWith('what no order')
    const ratio = (draw: (typeof draws)[number]): number => draw.kithMs / draw[other]
    const sorted = draws.toSorted((one, next) => ratio(one) - ratio(next))
    const chosen = sorted[isBound ? sorted.length - 1 : Math.floor(sorted.length / 2)]
    if (chosen === undefined) throw new Error('nothing was drawn')
    const figures = { kithMs: chosen.kithMs / 60_000, otherMs: chosen[other] / 60_000, ratio: ratio(chosen) }
    return {
      name: `${name}, ${model}, ${cores} cores`,
      other,
      ...figures,
      unit: 'min',
      ...(isBound && packages.length > 500 ? { goal: '1.05' } : {}),
    }
  })
}

/** No order can be quicker than the longest chain, or than the work shared out without a gap. */
export function lowerBound(work: readonly Work[], cores: number): number {
  const builds = work.filter(({ kind }) => kind === 'build')
  const total = builds.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return Math.max(total / cores, ...findCriticalPaths(work).values())
}

/** `depth first`: as one after the other, as many as there is room for. `ninja's depth`: each edge counts the same. */
function otherOrders(work: readonly Work[]) {
  const position = new Map(work.map(({ id }, index) => [id, index]))
  const depth = findCriticalPaths(work.map(({ id, needs }) => ({ id, needs, durationMs: 1 })))
  return {
    'depth first': { urgencyOf: (id: string) => -(position.get(id) ?? 0) },
    'first come, first served': { urgencyOf: (_: string, arrival: number) => -arrival },
    "ninja's depth": { urgencyOf: (id: string) => depth.get(id) ?? 0 },
  }
}

/** The same work, where the queue is told durations that are up to twice too long or too short. */
function simulateMisjudged(work: readonly Work[], cores: number, seed: number): number {
  const random = seededRandom(seed + 1000)
  const real = new Map(work.map(({ id, durationMs }) => [id, durationMs]))
  const misjudged = work.map((item) => ({ ...item, durationMs: item.durationMs * 4 ** (random() - 0.5) }))
  const realMs = ({ id }: Work): number => real.get(id) ?? 0
  return simulateSchedule(misjudged, { cores, downloads }, { realMs }).makespanMs
}

function mapValues<Key extends string, From, To>(values: Record<Key, From>, change: (value: From) => To) {
  return Object.fromEntries(Object.entries<From>(values).map(([key, value]) => [key, change(value)])) as Record<Key, To>
}

import { createWorkQueue, type QueueOptions, type Work, type WorkKind } from './work-queue.ts'

export interface SimulatedMachine {
  readonly cores: number
  /** Sources fetched at one time. */
  readonly downloads: number
}

export interface SimulationOptions extends QueueOptions {
  /** How long work really takes, where the queue only has an estimate. */
  readonly realMs?: (item: Work) => number
}

export interface Simulation {
  readonly makespanMs: number
  /** In order of their start. */
  readonly starts: readonly { readonly id: string; readonly atMs: number }[]
}

/** Runs the graph on a machine that is not there, each piece of work on one core: the very queue that builds use, with a clock. */
export function simulateSchedule(
  work: readonly Work[],
  { cores, downloads }: SimulatedMachine,
  { realMs = ({ durationMs }) => durationMs, ...options }: SimulationOptions = {},
): Simulation {
  const queue = createWorkQueue(work, options)
  const room: Record<WorkKind, number> = { build: cores, fetch: downloads }
  const running: { readonly item: Work; readonly endMs: number }[] = []
  const starts: { id: string; atMs: number }[] = []
  let nowMs = 0
  const startAll = (kind: WorkKind): void => {
    for (let item = queue.next(kind); room[kind] > 0 && item !== undefined; item = queue.next(kind)) {
      queue.started(item.id)
      room[kind]--
      starts.push({ id: item.id, atMs: nowMs })
      running.push({ item, endMs: nowMs + realMs(item) })
    }
  }
  while (queue.leftCount() > 0) {
    startAll('fetch')
    startAll('build')
    running.sort((one, other) => other.endMs - one.endMs)
    const first = running.pop()
    if (first === undefined) throw new Error(`${queue.leftCount()} pieces of work never start`)
    nowMs = first.endMs
    room[first.item.kind]++
    queue.finished(first.item.id)
  }
  return { makespanMs: nowMs, starts }
}

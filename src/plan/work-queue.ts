import { findCriticalPaths, type TimedWork } from './critical-path.ts'

/** What the work is done with: fetching waits for the network, building for processors, so neither waits for the other. */
export type WorkKind = 'fetch' | 'build'

export interface Work extends TimedWork {
  readonly kind: WorkKind
  /** Nothing else of its kind may run at the same time. */
  readonly runsAlone?: boolean
}

/**
 * What is to be done and how far it is: a state machine without effects and without a clock, for whoever does the work. Of all
 * that could start, that comes first which the most time waits for.
 */
export interface WorkQueue<Item extends Work> {
  /** The most urgent work of this kind that may start now; undefined: none, or one that runs alone must wait or is running. */
  readonly next: (kind: WorkKind) => Item | undefined
  /** Everything of this kind whose needs are done and that has not started, most urgent first. */
  readonly ready: (kind: WorkKind) => readonly Item[]
  readonly running: () => readonly Item[]
  readonly started: (id: string) => void
  readonly finished: (id: string) => void
  /** Gives what can never start because of it. */
  readonly failed: (id: string) => readonly Item[]
  /** The urgency of work that is ready or was: milliseconds to the end of all that waits for it. */
  readonly urgencyOf: (id: string) => number
  /** What has neither ended nor become impossible. */
  readonly leftCount: () => number
}

export interface QueueOptions {
  /** The ids that are wanted; with them all that they need is queued, and nothing else. By default everything. */
  readonly targets?: readonly string[]
  /** How urgent the work is that becomes ready as the n-th, instead of by the critical path. For comparisons. */
  readonly urgencyOf?: (id: string, arrival: number) => number
}

type State = 'waiting' | 'ready' | 'running' | 'done'

interface Entry<Item> {
  readonly item: Item
  urgency: number
  readonly position: number
  readonly neededBy: Entry<Item>[]
  openNeeds: number
  state: State
}

/** Queues `work`, a graph without circles; what it needs that is not among it counts as done. Equal urgency: first given, first started. */
export function createWorkQueue<Item extends Work>(
  work: readonly Item[],
  { targets, urgencyOf }: QueueOptions = {},
): WorkQueue<Item> {
  const wanted = targets === undefined ? work : withNeeds(targets, work)
  const paths = urgencyOf === undefined ? findCriticalPaths(wanted) : undefined
  const entries = linkEntries(wanted)
  const ready: Record<WorkKind, Entry<Item>[]> = { fetch: [], build: [] }
  const running = new Set<Entry<Item>>()
  let left = entries.size
  let arrivals = 0
  const move = (entry: Entry<Item>, to: Exclude<State, 'waiting'>): void => {
    entry.state = to
    if (to === 'ready') {
      const { id, kind } = entry.item
      entry.urgency = urgencyOf?.(id, arrivals++) ?? paths?.get(id) ?? 0
      insert(ready[kind], entry)
    }
    if (to === 'running') running.add(entry)
    else running.delete(entry)
    if (to === 'done') left--
  }
  const take = (id: string, state: State): Entry<Item> => {
    const entry = entries.get(id)
    if (entry?.state !== state) throw new Error(`work "${id}" is ${entry?.state ?? 'unknown'}, not ${state}`)
    return entry
  }
  for (const entry of entries.values()) if (entry.openNeeds === 0) move(entry, 'ready')
  return {
    next(kind) {
      const [first] = ready[kind]
      const others = [...running].filter(({ item }) => item.kind === kind)
      const isHeldUp = others.some(({ item }) => item.runsAlone) || (first?.item.runsAlone && others.length > 0)
      return isHeldUp ? undefined : first?.item
    },
    ready: (kind) => ready[kind].map(({ item }) => item),
    running: () => [...running].map(({ item }) => item),
    started(id) {
      const entry = take(id, 'ready')
      const among = ready[entry.item.kind]
      among.splice(among.indexOf(entry), 1)
      move(entry, 'running')
    },
    finished(id) {
      const entry = take(id, 'running')
      move(entry, 'done')
      for (const dependent of entry.neededBy)
        if (--dependent.openNeeds === 0 && dependent.state === 'waiting') move(dependent, 'ready')
    },
    failed(id) {
      const entry = take(id, 'running')
      move(entry, 'done')
      const lost = allWaitingFor(entry)
      for (const one of lost) move(one, 'done')
      return lost.map(({ item }) => item)
    },
    urgencyOf: (id) => entries.get(id)?.urgency ?? 0,
    leftCount: () => left,
  }
}

/** What waits for `entry`, however far behind it, in the order in which it was given. */
function allWaitingFor<Item>(entry: Entry<Item>): Entry<Item>[] {
  const found = new Set([entry])
  for (const { neededBy } of found) for (const one of neededBy) if (one.state === 'waiting') found.add(one)
  found.delete(entry)
  return [...found].sort((one, other) => one.position - other.position)
}

function withNeeds<Item extends Work>(targets: readonly string[], work: readonly Item[]): readonly Item[] {
  const byId = new Map(work.map((item) => [item.id, item]))
  const wanted = new Set(targets)
  for (const id of wanted) for (const need of byId.get(id)?.needs ?? []) wanted.add(need)
  return work.filter(({ id }) => wanted.has(id))
}

function linkEntries<Item extends Work>(work: readonly Item[]): ReadonlyMap<string, Entry<Item>> {
  const entries = new Map<string, Entry<Item>>()
  for (const [position, item] of work.entries())
    entries.set(item.id, { item, urgency: 0, position, neededBy: [], openNeeds: 0, state: 'waiting' })
  for (const entry of entries.values())
    for (const need of new Set(entry.item.needs)) {
      const needed = entries.get(need)
      if (needed === undefined) continue
      needed.neededBy.push(entry)
      entry.openNeeds++
    }
  return entries
}

/** Into a list that is sorted, most urgent first. */
function insert<Item>(sorted: Entry<Item>[], entry: Entry<Item>): void {
  const isBefore = (one: Entry<Item>): boolean =>
    one.urgency > entry.urgency || (one.urgency === entry.urgency && one.position < entry.position)
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const there = sorted[middle]
    if (there !== undefined && isBefore(there)) low = middle + 1
    else high = middle
  }
  sorted.splice(low, 0, entry)
}

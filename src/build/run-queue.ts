import type { Work, WorkKind, WorkQueue } from '../plan/work-queue.ts'

export interface QueueRun<Item extends Work> {
  /** How many of each kind at one time. */
  readonly room: Readonly<Record<WorkKind, number>>
  readonly perform: (item: Item) => Promise<void>
  /** Asked just before each start; may take what the work needs. What is not let through is asked about again later. */
  readonly admit: (item: Item) => boolean
  /** Resolves when it is worth asking again. */
  readonly untilRoom: () => Promise<unknown>
  /** Told at once. `lost` can never start because of it. Gives what may still start. */
  readonly failed: (failure: Failure<Item>) => readonly WorkKind[]
  /** Once it fires nothing starts any more. */
  readonly signal: AbortSignal
}

export interface Failure<Item> {
  readonly item: Item
  readonly error: unknown
  readonly lost: readonly Item[]
  /** How many others are under way. */
  readonly running: number
}

/**
 * Does the work of a queue, as much at one time as there is room for, the most urgent first. Ends when nothing runs and nothing
 * more may start; what has started is always waited for. Gives the failures in the order in which they came.
 */
export async function runQueue<Item extends Work>(
  queue: WorkQueue<Item>,
  { room, perform, admit, untilRoom, failed, signal }: QueueRun<Item>,
): Promise<Failure<Item>[]> {
  const failures: Failure<Item>[] = []
  const open = new Set<WorkKind>(['fetch', 'build'])
  let changed = Promise.withResolvers<void>()
  const running = (kind: WorkKind): number => queue.running().filter((item) => item.kind === kind).length
  const start = (item: Item): void => {
    queue.started(item.id)
    void perform(item)
      .then(
        () => queue.finished(item.id),
        (error: unknown) => {
          const failure = { item, error, lost: queue.failed(item.id), running: queue.running().length }
          failures.push(failure)
          const left = failed(failure)
          for (const kind of open) if (!left.includes(kind)) open.delete(kind)
        },
      )
      .then(() => changed.resolve())
  }
  /** Whether something could start but must wait. */
  const startAll = (kind: WorkKind): boolean => {
    while (open.has(kind) && !signal.aborted && running(kind) < room[kind]) {
      const item = queue.next(kind)
      if (item === undefined) return false
      if (!admit(item)) return true
      start(item)
    }
    return false
  }
  for (;;) {
    changed = Promise.withResolvers<void>()
    const isHeldUp = [startAll('fetch'), startAll('build')].includes(true)
    if (queue.running().length === 0 && !isHeldUp) return failures
    await (isHeldUp ? Promise.race([changed.promise, untilRoom()]) : changed.promise)
  }
}

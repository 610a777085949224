import { copyInode, type Inodes, showDisk } from './disk.ts'
import { applyChange, type DiskChange, type DiskLog } from './disk-log.ts'

/** A seeded source of numbers from 0 to 1, the same everywhere (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface CrashState {
  /** How many changes were made before the crash. */
  readonly at: number
  readonly inodes: Inodes
}

export interface StateBounds {
  /** At each crash point, of the changes that the disk may have or not: this many are left out one by one, and kept one by one. */
  readonly singles: number
  /** ... and this many times any part of them is kept. */
  readonly subsets: number
  /** About how many states in all, spread over all crash points; every one when not given. */
  readonly most?: number
  /** Crash points before this one are left out. */
  readonly from?: number
}

/**
 * What the disk may hold when power is cut after each of the changes, each state once: everything that was synced, and of the rest
 * any part, in any order. All of it and none of it always; the other choices within `bounds`, by chance. A write may be cut.
 */
export function* crashStates(log: DiskLog, bounds: StateBounds, next: () => number): Generator<CrashState> {
  const seen = new Set<string>()
  const step = bounds.most === undefined ? 1 : countChoices(log.changes, bounds) / bounds.most
  let position = 0
  for (let at = bounds.from ?? 0; at <= log.changes.length; at++)
    for (const kept of choices(pendingChanges(log.changes, at), bounds, next)) {
      // Most would be the same as others; some more are built than asked for.
      const isChosen = Math.floor(position / step) !== Math.floor((position + 1.3) / step)
      position++
      if (!isChosen) continue
      const inodes = buildState(log, at, kept)
      const key = Bun.hash(showDisk(inodes, true)).toString()
      if (seen.has(key)) continue
      seen.add(key)
      yield { at, inodes }
    }
}

function countChoices(changes: readonly DiskChange[], { singles, subsets, from = 0 }: StateBounds): number {
  let count = 0
  for (let at = from; at <= changes.length; at++) {
    const pending = pendingChanges(changes, at).length
    count += pending === 0 ? 1 : 2 + 2 * Math.min(singles, pending) + subsets
  }
  return count
}

/** For each change that is not surely on the disk, what part of it is: 0 nothing, 1 all, between them a part of what was written. */
type Kept = ReadonlyMap<number, number>

function* choices(pending: readonly number[], { singles, subsets }: StateBounds, next: () => number): Generator<Kept> {
  const all = (share: number): Map<number, number> => new Map(pending.map((index) => [index, share]))
  yield all(1)
  if (pending.length === 0) return
  yield all(0)
  for (const index of sample(pending, singles, next)) yield all(1).set(index, 0)
  for (const index of sample(pending, singles, next)) yield all(0).set(index, 1)
  for (let count = 0; count < subsets; count++) {
    const likely = next()
    yield new Map(pending.map((index) => [index, next() < likely ? 1 : next() < 0.2 ? 0.5 : 0]))
  }
}

/** The last ones always: they are what a crash is most likely to tear. */
function sample(pending: readonly number[], most: number, next: () => number): readonly number[] {
  if (pending.length <= most) return pending
  const last = pending.slice(-Math.ceil(most / 2))
  const rest = pending.slice(0, pending.length - last.length)
  return [...last, ...Array.from({ length: most - last.length }, () => rest[Math.floor(next() * rest.length)] ?? 0)]
}

/** Those of the first `at` changes that no sync covers. */
function pendingChanges(changes: readonly DiskChange[], at: number): number[] {
  const synced = new Set<number>()
  const wholly = new Set<number>()
  const pending: number[] = []
  for (let index = at - 1; index >= 0; index--) {
    const change = changes[index]
    if (change === undefined || wholly.has(change.fileSystem)) continue
    if (change.kind === 'sync') {
      if (change.inode === 'all') wholly.add(change.fileSystem)
      else synced.add(change.inode)
    } else if (!isCovered(change, synced)) pending.push(index)
  }
  return pending.reverse()
}

function isCovered(change: Exclude<DiskChange, { kind: 'sync' }>, synced: ReadonlySet<number>): boolean {
  if (change.kind === 'names') return change.names.some(([directory]) => synced.has(directory))
  return synced.has(change.inode)
}

/** The disk after the first `at` changes, of which it kept what `kept` says; all of them otherwise. */
export function buildState({ start, born, changes }: DiskLog, at: number, kept: Kept = new Map()): Inodes {
  const inodes: Inodes = new Map([...start].map(([id, inode]) => [id, copyInode(inode)]))
  const possible = withNeeded(changes, at, kept)
  for (let index = 0; index < at; index++) {
    const change = changes[index]
    const share = possible.get(index) ?? 1
    if (change === undefined || share === 0) continue
    applyChange(inodes, share === 1 ? change : cut(change), born)
  }
  return inodes
}

/**
 * What no file system does, however it orders its writes: let a name mean something new before it was free (changes of one name
 * stay in order), and drop a directory before what was in it is gone.
 */
function withNeeded(changes: readonly DiskChange[], at: number, kept: Kept): Kept {
  const result = new Map(kept)
  const names = new Set<string>()
  const emptied = new Set<number>()
  for (let index = at - 1; index >= 0; index--) {
    const change = changes[index]
    if (change?.kind !== 'names') continue
    const isNeeded = change.names.some(
      ([directory, name]) => emptied.has(directory) || names.has(`${directory} ${name}`),
    )
    if (isNeeded && result.has(index)) result.set(index, 1)
    if ((result.get(index) ?? 1) === 0) continue
    for (const [directory, name] of change.names) names.add(`${directory} ${name}`)
    if (change.removes !== undefined) emptied.add(change.removes)
  }
  return result
}

function cut(change: DiskChange): DiskChange {
  if (change.kind !== 'inode' || !('append' in change.change)) return change
  const { append } = change.change
  return { ...change, change: { append: append.slice(0, append.length >> 1) } }
}

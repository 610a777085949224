import type { DiskChange, DiskLog } from './disk-log.ts'

/** Mistakes in the order of a transaction's steps, made in its record: what the test of crashes must find. */
export interface SeededBug {
  readonly name: string
  readonly make: (log: DiskLog) => DiskChange[]
  /** Crashes before this change cannot show it. */
  readonly from?: (log: DiskLog) => number
}

const isRename = (change: DiskChange | undefined, to: string): boolean =>
  change?.kind === 'names' && change.names.length > 1 && change.names[0]?.[1] === to

function without(changes: readonly DiskChange[], index: number): DiskChange[] {
  if (index < 0) throw new Error('this transaction has no such step')
  return changes.filter((_, position) => position !== index)
}

/** The last sync before, or the first after, the change at `index`. */
function syncBefore(changes: readonly DiskChange[], index: number): number {
  return changes.findLastIndex((one, position) => position < index && one.kind === 'sync')
}

export const seededBugs: readonly SeededBug[] = [
  {
    name: 'the journal is renamed into place before what it speaks of is on the disk',
    make: ({ changes }) =>
      without(
        changes,
        syncBefore(
          changes,
          changes.findIndex((one) => isRename(one, 'journal')),
        ),
      ),
  },
  {
    name: 'the name of the journal is not synced before the root is changed',
    make({ changes }) {
      const commit = changes.findIndex((one) => isRename(one, 'journal'))
      return without(
        changes,
        changes.findIndex((one, index) => index > commit && one.kind === 'sync'),
      )
    },
  },
  {
    name: 'the journal goes before what it says is on the disk',
    make: ({ changes }) =>
      without(
        changes,
        syncBefore(
          changes,
          changes.findIndex((one) => isRename(one, 'record')),
        ),
      ),
  },
  {
    name: 'a replaced file is not saved under another name before',
    make: ({ changes, start }) => changes.filter((one) => !isNewNameOf(one, start)),
  },
]

/** A second name of a file that was there. */
function isNewNameOf(change: DiskChange, start: DiskLog['start']): boolean {
  const inode = change.kind === 'names' && change.names.length === 1 ? change.names[0]?.[2] : undefined
  return inode !== undefined && start.has(inode)
}

const commitOf = ({ changes }: DiskLog): number => changes.findIndex((one) => isRename(one, 'journal'))
const endOf = ({ changes }: DiskLog): number => changes.findIndex((one) => isRename(one, 'record'))
const isOfOther = (change: DiskChange): boolean => change.kind === 'sync' && change.fileSystem > 0

/** The same where another file system is mounted in the root. */
export const areaBugs: readonly SeededBug[] = [
  {
    name: 'another file system is not synced before the journal has its name',
    from: commitOf,
    make: (log) => log.changes.filter((one, index) => index > commitOf(log) || !isOfOther(one)),
  },
  {
    name: 'another file system is not synced before the journal goes',
    from: (log) => endOf(log) - 3,
    make: (log) => log.changes.filter((one, index) => index < commitOf(log) || index > endOf(log) || !isOfOther(one)),
  },
  {
    name: 'the intent goes before what it speaks of is gone from the other disk',
    from: ({ changes }) => changes.length - 4,
    make: ({ changes }) => without(changes, changes.findLastIndex(isOfOther)),
  },
]

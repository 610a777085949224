import type { TransactionSummary } from './transaction.ts'

/** What the history keeps of a transaction. */
export interface HistoryEntry {
  readonly id: number
  /** ISO 8601. */
  readonly time: string
  readonly summary: TransactionSummary
}

export interface Standing {
  /** Transactions that an undo takes back, the newest last. */
  readonly done: readonly HistoryEntry[]
  /** Undos that a redo takes back, the newest last: none once something else happened. */
  readonly undone: readonly HistoryEntry[]
}

/** What is in effect after all of `history`, which is in its order. Undo and redo are transactions themselves. */
export function standingOf(history: readonly HistoryEntry[]): Standing {
  let done: HistoryEntry[] = []
  let undone: HistoryEntry[] = []
  /** What each undo took back, to come again with a redo. */
  const takenBack = new Map<number, readonly HistoryEntry[]>()
  for (const entry of history) {
    const reverts = new Set(entry.summary.reverts)
    switch (entry.summary.command) {
      case 'undo':
        takenBack.set(
          entry.id,
          done.filter(({ id }) => reverts.has(id)),
        )
        done = done.filter(({ id }) => !reverts.has(id))
        undone.push(entry)
        break
      case 'redo':
        done.push(...undone.filter(({ id }) => reverts.has(id)).flatMap(({ id }) => takenBack.get(id) ?? []))
        undone = undone.filter(({ id }) => !reverts.has(id))
        break
      default:
        done.push(entry)
        undone = []
    }
  }
  return { done, undone }
}

/**
 * The transactions that are taken back, the newest first, so that all is as before `target`; as before the newest one when it is not
 * given. Undefined where there is none such.
 */
export function planUndo(history: readonly HistoryEntry[], target?: number): readonly number[] | undefined {
  const ids = standingOf(history).done.map(({ id }) => id)
  const from = target === undefined ? ids.length - 1 : ids.indexOf(target)
  return from < 0 ? undefined : ids.slice(from).reverse()
}

/** The undo that is taken back; undefined where nothing is undone. */
export function planRedo(history: readonly HistoryEntry[]): number | undefined {
  return standingOf(history).undone.at(-1)?.id
}

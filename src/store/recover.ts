import { KithError } from '../errors/kith-error.ts'
import { childPath, type TreePath } from '../model/tree-path.ts'
import type { TransactionSummary } from '../plan/transaction.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import { diskTree } from '../system/tree-view.ts'
import { clearUnfinished } from './clear-unfinished.ts'
import { finishBack, finishForward, turnBack } from './commit.ts'
import { entryFile } from './installed-database.ts'
import { type Journal, parseJournal } from './journal.ts'
import { stateFiles, statePath } from './state-directory.ts'

export type Recovery =
  /** There was nothing to do, but perhaps to tidy up. */
  | { readonly kind: 'none' }
  | { readonly kind: 'finished' | 'taken-back'; readonly id: number; readonly summary: TransactionSummary }

/**
 * Brings a root, which the caller has locked, to exactly the state before or after the transaction that was stopped in it: a committed
 * one is finished, any other never was. What cannot be finished is taken back. Throws `journal-invalid`, `area-missing`,
 * `io-failed`, `transaction-unfinished`; it can be tried again.
 */
export function recoverRoot(root: TreeHandle): Recovery {
  const state = statePath(root.directory)
  const unfinished = readUnfinished(root.directory, state)
  if (unfinished === undefined) {
    if (root.entry(state) !== undefined) clearUnfinished(root, state)
    return { kind: 'none' }
  }
  const { journal, direction } = unfinished
  const { id, summary } = journal
  if (direction === 'back') {
    finishBack(journal, root)
    return { kind: 'taken-back', id, summary }
  }
  try {
    finishForward(journal, root)
    return { kind: 'finished', id, summary }
  } catch (error) {
    if (!(error instanceof KithError) || error.code === 'area-missing') throw error
    turnBack(journal, root, error)
    return { kind: 'taken-back', id, summary }
  }
}

export interface Unfinished {
  readonly journal: Journal
  readonly direction: 'forward' | 'back'
}

/** The transaction that is under way in a root, or was stopped in it, after its commit. Throws `journal-invalid`. */
export function readUnfinished(root: string, state: TreePath): Unfinished | undefined {
  const tree = diskTree(root)
  const directions = [
    [stateFiles.rollback, 'back'],
    [stateFiles.journal, 'forward'],
  ] as const
  for (const [name, direction] of directions) {
    const place = childPath(state, name)
    const text = entryFile(tree, place)
    if (text !== undefined) return { journal: parseJournal(fromLatin1(text), tree.label(place)), direction }
  }
  return undefined
}

function fromLatin1(text: string): string {
  return Buffer.from(text, 'latin1').toString()
}

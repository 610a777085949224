import { bytesText, childPath } from '../model/tree-path.ts'
import { planRevert } from '../plan/revert.ts'
import { savedTree, type TransactionSummary } from '../plan/transaction.ts'
import { unlessDenied } from '../system/failure.ts'
import { isLocked } from '../system/is-locked.ts'
import { diskTree, firstTree, type TreeView } from '../system/tree-view.ts'
import { savedPath } from './history-paths.ts'
import { PlannedTree } from './planned-tree.ts'
import { readUnfinished } from './recover.ts'
import { stateFiles, statePath } from './state-directory.ts'

export interface PendingTransaction {
  readonly id: number
  readonly summary: TransactionSummary
  /** Whether somebody is carrying it out now; otherwise it was stopped. */
  readonly isRunning: boolean
}

export interface RootReading {
  /** The root as it was before the transaction that is not finished; as it is where there is none. */
  readonly tree: TreeView
  readonly pending: PendingTransaction | undefined
}

/**
 * A root to be read without its lock. Where a transaction is committed and not finished, what is read is the state before it, also of
 * files that are replaced already; by its owner, that is: what kith keeps is closed to others, who see it as it is. Throws `journal-invalid`, `io-failed`.
 */
export function openRoot(root: string): RootReading {
  const state = statePath(root)
  const disk = diskTree(root)
  // Closed to all but the owner: others read the root as it is.
  const unfinished = unlessDenied(() => readUnfinished(root, state))
  if (unfinished === undefined) return { tree: disk, pending: undefined }
  const { id, summary, states, operations } = unfinished.journal
  const saved = firstTree(states.map((one) => diskTree(root + bytesText(savedPath(one, id)))))
  const former = new PlannedTree(disk, new Map([[savedTree(id), saved]]))
  for (const { operations: backward } of planRevert([{ id, operations }]))
    for (const operation of backward) {
      // What was not removed yet is where it was.
      const isSaved = operation.kind !== 'place' || saved.entry(operation.path) !== undefined
      if (isSaved) former.carryOut([operation])
    }
  const isRunning = isLocked(root + bytesText(childPath(state, stateFiles.lock))) === true
  return { tree: former, pending: { id, summary, isRunning } }
}

import type { TreePath } from '../model/tree-path.ts'
import { type HistoryEntry, standingOf } from '../plan/history.ts'
import { TreeHandle } from '../system/tree-handle.ts'
import { clearUnfinished, removeBelow } from './clear-unfinished.ts'
import { loadHistory, readRecord } from './history.ts'
import { historyPath, recordPath, savedPath } from './history-paths.ts'
import { addIntent } from './intent.ts'
import { statePath } from './state-directory.ts'

export interface ForgettableEntry {
  readonly entry: HistoryEntry
  /** What is freed when it goes: of files that have no other name. */
  readonly freedBytes: number
  /** Whether an undo could take it back now. */
  readonly isUndoable: boolean
}

/** The transactions before the newest `keep`, the oldest first, and what would be lost with them. Changes nothing. */
export function planCleaning(root: string, keep: number): ForgettableEntry[] {
  const history = loadHistory(root)
  const undoable = new Set(standingOf(history).done.map(({ id }) => id))
  using tree = new TreeHandle(root)
  return history.slice(0, Math.max(0, history.length - keep)).map((entry) => {
    const { states } = readRecord(root, entry.id)
    const freedBytes = states.reduce((sum, state) => sum + ownBytes(tree, savedPath(state, entry.id)), 0)
    return { entry, freedBytes, isUndoable: undoable.has(entry.id) }
  })
}

/** Forgets transactions, the oldest first, in a root that the caller has locked: they cannot be undone any more. Throws `io-failed`. */
export function cleanHistory(root: string, ids: readonly number[]): void {
  using tree = new TreeHandle(root)
  for (const id of ids) {
    const { states } = readRecord(root, id)
    const [state = statePath(root)] = states
    // Without its record the rest counts as left over: whoever stops here leaves it to the next command.
    addIntent(tree, states)
    tree.remove(recordPath(state, id))
    // Nothing can be undone of which a part is gone.
    tree.syncDirectory(historyPath(state, id))
    for (const one of states) removeBelow(tree, historyPath(one, id))
    clearUnfinished(tree, state)
  }
}

function ownBytes(tree: TreeHandle, path: TreePath): number {
  let bytes = 0
  for (const name of tree.names(path)) {
    const child = `${path}/${name}` as TreePath
    const entry = tree.entry(child)
    if (entry?.kind === 'directory') bytes += ownBytes(tree, child)
    else if (entry?.links === 1) bytes += entry.sizeBytes
  }
  return bytes
}

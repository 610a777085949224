import { KithError } from '../errors/kith-error.ts'
import { childPath } from '../model/tree-path.ts'
import type { RootChange } from '../plan/root-change.ts'
import type { TransactionSummary } from '../plan/transaction.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import { carryOut, takeBack } from './apply.ts'
import { openApplyTrees } from './apply-trees.ts'
import { tidyUp } from './clear-unfinished.ts'
import { noteDueScripts } from './due-scripts.ts'
import { recordPath } from './history-paths.ts'
import { type Journal, printJournal } from './journal.ts'
import { stateFiles } from './state-directory.ts'
import type { TransactionSpace } from './transaction-space.ts'

export interface ReadyTransaction {
  readonly summary: TransactionSummary
  readonly operations: readonly RootChange[]
  readonly time: string
}

/**
 * Makes what is staged in `space` happen: all of it, durably, or nothing. Throws `io-failed`, and the root is as it was then; or
 * `transaction-unfinished`, and the next command brings it there.
 */
export function commitTransaction({ summary, operations, time }: ReadyTransaction, space: TransactionSpace): void {
  const { root, state, states, id } = space
  const journal: Journal = { id, time, summary, states, operations }
  states.forEach((_, area) => {
    space.saved(area)
  })
  writeNewJournal(journal, root)
  // From here on the transaction happens, as soon as the disk has this name.
  root.rename(childPath(state, stateFiles.newJournal), childPath(state, stateFiles.journal))
  try {
    root.syncDirectory(state)
    finishForward(journal, root)
  } catch (error) {
    if (error instanceof KithError) turnBack(journal, root, error)
    throw error
  }
}

/** Written, and with it on the disk everything that it speaks of: its own file system comes last. */
function writeNewJournal(journal: Journal, root: TreeHandle): void {
  const [state] = journal.states
  if (state === undefined) throw new Error('a transaction has a state directory')
  using file = root.createFile(childPath(state, stateFiles.newJournal), 0o600)
  file.write(Buffer.from(printJournal(journal)))
  syncAreas(journal, root)
}

function syncAreas({ states }: Pick<Journal, 'states'>, root: TreeHandle): void {
  for (const state of [...states].reverse()) root.syncFileSystem(state)
}

/** Everything that a committed transaction has still to do, to its end. Throws `io-failed`, `area-missing`. */
export function finishForward(journal: Journal, root: TreeHandle): void {
  const state = stateOf(journal)
  {
    using trees = openApplyTrees(root, journal)
    carryOut(journal, trees)
  }
  noteDueScripts(journal.summary, journal.id, root, state)
  syncAreas(journal, root)
  root.rename(childPath(state, stateFiles.journal), recordPath(state, journal.id))
  tidyUp(root, state)
}

/** What could not be carried out is taken back. Throws `transaction-unfinished` where that fails as well. */
export function turnBack(journal: Journal, root: TreeHandle, first: KithError): void {
  const state = stateOf(journal)
  try {
    if (root.entry(childPath(state, stateFiles.journal)) === undefined) return
    root.rename(childPath(state, stateFiles.journal), childPath(state, stateFiles.rollback))
    root.syncDirectory(state)
    finishBack(journal, root)
  } catch (error) {
    if (!(error instanceof KithError)) throw error
    throw new KithError('transaction-unfinished', { reason: first.message, failure: error.message }, { cause: first })
  }
}

/** Takes back a transaction that was given up after its commit. Throws `io-failed`, `area-missing`. */
export function finishBack(journal: Journal, root: TreeHandle): void {
  {
    using trees = openApplyTrees(root, journal)
    takeBack(journal, trees)
  }
  syncAreas(journal, root)
  root.remove(childPath(stateOf(journal), stateFiles.rollback))
  // Were it back after a crash, and what was saved gone, nobody could take back anything.
  root.syncDirectory(stateOf(journal))
  tidyUp(root, stateOf(journal))
}

function stateOf({ states: [state] }: Journal): Journal['states'][number] {
  if (state === undefined) throw new Error('a transaction has a state directory')
  return state
}

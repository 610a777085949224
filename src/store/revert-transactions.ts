import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { bytesText, type TreePath } from '../model/tree-path.ts'
import { type HistoryEntry, planRedo, planUndo } from '../plan/history.ts'
import { type After, planRevert, type RevertedPlace } from '../plan/revert.ts'
import { type Operation, savedTree, type Transaction } from '../plan/transaction.ts'
import { TreeHandle } from '../system/tree-handle.ts'
import { diskTree, firstTree, type TreeView } from '../system/tree-view.ts'
import { applyTransaction } from './apply-transaction.ts'
import { loadHistory, readRecord } from './history.ts'
import { savedPath } from './history-paths.ts'
import type { Journal } from './journal.ts'
import { withReserve } from './reserve.ts'
import type { StagedTree } from './stage-files.ts'
import { type TransactionSpace, withSpace } from './transaction-space.ts'

export type RevertRequest =
  /** Back to before transaction `target`, or before the newest that is in effect. */
  { readonly kind: 'undo'; readonly target?: number | undefined } | { readonly kind: 'redo' }

export interface Revert {
  readonly command: 'undo' | 'redo'
  /** The transactions that are taken back, the newest first. */
  readonly reverts: readonly HistoryEntry[]
  readonly transaction: Transaction
  /** Files in /etc that were changed since: they stay. */
  readonly keptEtc: readonly TreePath[]
  readonly records: readonly Journal[]
}

/**
 * What it takes to bring a root to where it was, as it is now. Throws `nothing-to-revert`, `transaction-unknown`, and unless forced
 * `changed-since` where something else than /etc is not as the transactions left it.
 */
export function planReverting(request: RevertRequest, root: string, isForced: boolean): Revert {
  const history = loadHistory(root)
  const reverts = chooseReverts(request, history)
  const oldest = Math.min(...reverts)
  // Everything since then, undone or not: what is there now was left by the newest of these.
  const records = history
    .filter(({ id }) => id >= oldest)
    .map(({ id }) => readRecord(root, id))
    .reverse()
  using tree = new TreeHandle(root)
  const operations: Operation[] = []
  const keptEtc: TreePath[] = []
  const changed: TreePath[] = []
  for (const place of planRevert(records)) {
    if (isAsLeft(place, tree)) operations.push(...place.operations)
    else if (place.path.startsWith('/etc/')) keptEtc.push(place.path)
    else {
      changed.push(place.path)
      operations.push(...place.operations)
    }
  }
  if (changed.length > 0 && !isForced)
    throw new KithError('changed-since', { command: request.kind, paths: changed.map(bytesText) })
  const entries = reverts.flatMap((id) => history.find((one) => one.id === id) ?? [])
  return { command: request.kind, reverts: entries, transaction: { changes: [], operations }, keptEtc, records }
}

/** Carries it out in a root that the caller has locked; undo is exact, a transaction itself, and can be taken back. Throws `io-failed`. */
export async function revertTransactions(
  { command, reverts, transaction, keptEtc, records }: Revert,
  root: string,
  { emit }: Pick<Context, 'emit'>,
): Promise<void> {
  const carryOut = (space: TransactionSpace): void => {
    using open = new DisposableStack()
    const trees = new Map(records.map((record) => [savedTree(record.id), openSaved(record, space.root, open)]))
    applyTransaction(transaction, space, { command, trees, reverts: reverts.map(({ id }) => id) })
  }
  await withReserve(root, () => withSpace(root, carryOut))
  for (const path of keptEtc) emit({ kind: 'etc-kept', path: bytesText(path), outcome: 'not-reverted' })
}

/** What transactions saved, as trees to plan with. */
export function savedViews({ records }: Pick<Revert, 'records'>, root: string): ReadonlyMap<string, TreeView> {
  return new Map(
    records.map(({ id, states }) => {
      const trees = states.map((state) => diskTree(root + bytesText(savedPath(state, id))))
      return [savedTree(id), firstTree(trees)]
    }),
  )
}

function openSaved({ id, states }: Journal, root: TreeHandle, open: DisposableStack): StagedTree {
  const trees = states.flatMap((state) => {
    const path = savedPath(state, id)
    return root.entry(path)?.kind === 'directory' ? [open.use(root.below(path))] : []
  })
  return { kind: 'saved', trees }
}

function chooseReverts(request: RevertRequest, history: readonly HistoryEntry[]): readonly number[] {
  const redone = planRedo(history)
  const toRedo = redone === undefined ? undefined : [redone]
  const reverts = request.kind === 'redo' ? toRedo : planUndo(history, request.target)
  if (reverts !== undefined) return reverts
  if (request.kind === 'undo' && request.target !== undefined)
    throw new KithError('transaction-unknown', { id: request.target })
  throw new KithError('nothing-to-revert', { command: request.kind })
}

/** A directory that was to go may still be there, with what somebody else has in it. */
function isAsLeft({ path, after }: RevertedPlace, tree: TreeHandle): boolean {
  const entry = tree.entry(path)
  switch (after.kind) {
    case 'nothing':
      return entry === undefined || entry.kind === 'directory'
    case 'directory':
      return entry === undefined || entry.kind === 'directory'
    case 'file':
      return entry !== undefined && isSameFile(entry, after)
  }
}

function isSameFile(
  entry: NonNullable<ReturnType<TreeHandle['entry']>>,
  { mark }: Extract<After, { kind: 'file' }>,
): boolean {
  // A copied file's time may be some nanoseconds off.
  const isSameTime = Math.abs(entry.mtimeMs - mark.mtimeMs) < 0.01
  return isSameTime && entry.sizeBytes === mark.sizeBytes && entry.mode === mark.mode
}

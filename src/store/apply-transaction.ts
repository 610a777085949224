import { bytesText, parentPath } from '../model/tree-path.ts'
import { isWithin, type Transaction } from '../plan/transaction.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import { TreeHandle } from '../system/tree-handle.ts'
import { diskTree, firstTree, stillTree, type TreeView } from '../system/tree-view.ts'
import { commitTransaction } from './commit.ts'
import { type NetChange, netChanges } from './net-changes.ts'
import { PlannedTree } from './planned-tree.ts'
import { stageChanges } from './stage-changes.ts'
import type { StagedTree } from './stage-files.ts'
import { statePath } from './state-directory.ts'
import type { TransactionSpace } from './transaction-space.ts'

export interface ApplyOptions {
  /** What the history calls it: `install`. */
  readonly command: string
  /** Trees that operations take files from, by name. */
  readonly trees?: ReadonlyMap<string, StagedTree>
  /** The transactions that this one takes back. */
  readonly reverts?: readonly number[]
}

/**
 * Carries a transaction out, durably and as one; does nothing where it comes to nothing. Gives the extended attributes that files cannot
 * have where they went, told with their places. Throws `io-failed`, and the root is as it was then, or `transaction-unfinished`.
 */
export function applyTransaction(
  { changes, operations }: Transaction,
  space: TransactionSpace,
  { command, trees = new Map(), reverts }: ApplyOptions,
): readonly RefusedXattr[] {
  const views = new Map([...trees].map(([name, tree]) => [name, viewOf(tree, space)]))
  const net = planNetChanges(operations, { root: space.root.directory, views })
  if (net.length === 0) return []
  const staged = stageChanges(net, space, trees)
  const summary = { command, packages: changes, ...(reverts === undefined ? {} : { reverts }) }
  commitTransaction({ summary, operations: staged.operations, time: new Date().toISOString() }, space)
  return staged.refusedXattrs
}

/** What a transaction does at one place, to be shown. */
export interface PreviewedChange {
  /** `mode`: of a directory that stays. */
  readonly change: 'new' | 'replaced' | 'removed' | 'mode'
  /** With a slash at the end of a directory's; bytes as latin1. */
  readonly path: string
}

/** What applyTransaction would do in a root as it is now, in the order in which it would. Changes nothing. */
export function previewTransaction({ operations }: Transaction, scene: NetScene): PreviewedChange[] {
  using root = new TreeHandle(scene.root)
  // What kith keeps for itself is nothing that a person asked about.
  const state = statePath(scene.root)
  const isOwn = (one: NetChange): boolean => one.kind !== 'barrier' && isWithin(one.path, state)
  return planNetChanges(operations, scene).flatMap((one) => (isOwn(one) ? [] : (previewChange(one, root) ?? [])))
}

function previewChange(one: NetChange, root: TreeHandle): PreviewedChange | undefined {
  switch (one.kind) {
    case 'barrier':
      return undefined
    case 'make-directory':
      return { change: 'new', path: `${one.path}/` }
    case 'change-mode':
      return root.entry(one.path)?.mode === one.mode ? undefined : { change: 'mode', path: `${one.path}/` }
    case 'place':
      return { change: one.replaces ? 'replaced' : 'new', path: one.path }
    case 'remove':
      return { change: 'removed', path: one.path }
    case 'remove-directory':
      return { change: 'removed', path: `${one.path}/` }
  }
}

export interface NetScene {
  readonly root: string
  /** The trees that operations take files from, to be read. */
  readonly views: ReadonlyMap<string, TreeView>
}

/** What operations come to in a root as it is now, in the order in which it will happen. */
function planNetChanges(operations: Transaction['operations'], { root, views }: NetScene): NetChange[] {
  const planned = new PlannedTree(stillTree(diskTree(root)), views)
  planned.carryOut(operations)
  // The database, and what kith keeps beside it, never speaks of files that are not there yet.
  const database = parentPath(statePath(root))
  return netChanges(planned, (path) => isWithin(path, database))
}

function viewOf(tree: StagedTree, space: TransactionSpace): TreeView {
  if (tree.kind === 'saved') return firstTree(tree.trees.map(({ directory }) => diskTree(directory)))
  return diskTree(space.staging(tree.area).directory + bytesText(tree.path))
}

import type { TreePath } from '../model/tree-path.ts'
import type { FileMark, RootChange } from './root-change.ts'
import { type FileOwnership, type Operation, savedTree } from './transaction.ts'

/** A transaction of the history. */
export interface DoneTransaction {
  readonly id: number
  readonly operations: readonly RootChange[]
}

/** What was at a place before the transactions. */
type Before =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'saved'; readonly by: number }
  | { readonly kind: 'directory'; readonly mode: number; readonly owner: FileOwnership | undefined }

/** What the transactions left there. */
export type After =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'file'; readonly mark: FileMark }

export interface RevertedPlace {
  readonly path: TreePath
  readonly after: After
  /** What brings the place back to what it was. */
  readonly operations: readonly Operation[]
}

/**
 * What takes transactions back, given the newest first: for each place what they left there, to be compared with what is there now, and
 * how it becomes what it was before all of them. In an order in which everything can be carried out.
 */
export function planRevert(transactions: readonly DoneTransaction[]): RevertedPlace[] {
  const before = new Map<TreePath, Before>()
  const after = new Map<TreePath, After>()
  for (const { id, operations } of transactions)
    for (const change of operations.flatMap(singleChanges).reverse()) {
      if (!after.has(change.path)) after.set(change.path, afterOf(change))
      before.set(change.path, beforeOf(change, id))
    }
  const places = [...before].flatMap(([path, was]) => {
    const left = after.get(path)
    return left === undefined ? [] : [{ path, was, after: left }]
  })
  places.sort((one, other) => (one.path < other.path ? -1 : 1))
  const going = places.filter(({ was }) => was.kind === 'nothing').reverse()
  const coming = places.filter(({ was }) => was.kind !== 'nothing')
  return [...going, ...coming].map(({ path, was, after: left }) => ({
    path,
    after: left,
    operations: operationsTo(was, path, left),
  }))
}

type SingleChange =
  | Exclude<RootChange, { kind: 'barrier' | 'place-directory' }>
  | { readonly kind: 'make-directory'; readonly path: TreePath }
  | { readonly kind: 'bring'; readonly path: TreePath; readonly mark: FileMark }

/** What comes as a whole is taken back one by one: somebody may have put more into it. */
function singleChanges(change: RootChange): SingleChange[] {
  if (change.kind === 'barrier') return []
  if (change.kind !== 'place-directory') return [change]
  const members = change.members.map(
    (one): SingleChange =>
      one.kind === 'directory' ? { kind: 'make-directory', path: one.path } : { ...one, kind: 'bring' },
  )
  return [{ kind: 'make-directory', path: change.path }, ...members]
}

function afterOf(change: SingleChange): After {
  switch (change.kind) {
    case 'make-directory':
    case 'change-mode':
      return { kind: 'directory' }
    case 'bring':
    case 'place':
      return { kind: 'file', mark: change.mark }
    case 'remove':
    case 'remove-directory':
      return { kind: 'nothing' }
  }
}

function beforeOf(change: SingleChange, id: number): Before {
  switch (change.kind) {
    case 'make-directory':
    case 'bring':
      return { kind: 'nothing' }
    case 'place':
      return change.replaces ? { kind: 'saved', by: id } : { kind: 'nothing' }
    case 'remove':
      return { kind: 'saved', by: id }
    case 'remove-directory':
      return { kind: 'directory', mode: change.mode, owner: change.owner }
    case 'change-mode':
      return { kind: 'directory', mode: change.modeBefore, owner: undefined }
  }
}

function operationsTo(was: Before, path: TreePath, after: After): Operation[] {
  const clear: Operation[] = after.kind === 'directory' ? [{ kind: 'remove-directory', path }] : []
  switch (was.kind) {
    case 'nothing':
      return after.kind === 'file' ? [{ kind: 'remove', path }] : clear
    case 'saved':
      return [...clear, { kind: 'place', staged: { tree: savedTree(was.by), path }, path }]
    case 'directory': {
      const { mode, owner } = was
      if (after.kind === 'directory') return [{ kind: 'change-mode', path, mode }]
      const free: Operation[] = after.kind === 'file' ? [{ kind: 'remove', path }] : []
      return [...free, { kind: 'make-directory', path, mode, owner }]
    }
  }
}

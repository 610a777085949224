import { ancestorPaths, type TreePath } from '../model/tree-path.ts'
import type { FileOwnership } from '../plan/transaction.ts'
import type { Origin, PlannedEntry, PlannedTree } from './planned-tree.ts'

/** What becomes of one place, in the end. */
export type NetChange =
  | {
      readonly kind: 'make-directory'
      readonly path: TreePath
      readonly mode: number
      readonly owner: FileOwnership | undefined
    }
  /** A directory goes and comes again. */
  | { readonly kind: 'change-mode'; readonly path: TreePath; readonly mode: number }
  | { readonly kind: 'place'; readonly path: TreePath; readonly origin: Origin; readonly replaces: boolean }
  | { readonly kind: 'remove'; readonly path: TreePath }
  | { readonly kind: 'remove-directory'; readonly path: TreePath }
  | { readonly kind: 'barrier' }

/**
 * What planned operations come to: one change for each place that ends up other than it was, in the order in which they are
 * safe. New directories and files first, each by replacement; then, after a barrier, directories that become files and files that
 * become directories; then what goes; last what `isLast` says (the database). So nothing is missing in between that is there before
 * and after, not even where the disk writes in another order.
 */
export function netChanges(planned: PlannedTree, isLast: (path: TreePath) => boolean): NetChange[] {
  const all = planned.changes().map(([path, after]) => ({ path, changes: placeChanges(path, after, planned) }))
  const turned = new Set(all.flatMap(({ changes }) => (changes.length > 1 ? changes.map(({ path }) => path) : [])))
  const isTurned = (path: TreePath): boolean =>
    turned.size > 0 && [path, ...ancestorPaths(path)].some((one) => turned.has(one))
  const coming: PlaceChange[] = []
  const turning: PlaceChange[] = []
  const going: PlaceChange[] = []
  const last: PlaceChange[] = []
  for (const { path, changes } of all) {
    if (isTurned(path)) turning.push(...changes)
    else if (isLast(path)) last.push(...changes)
    else for (const change of changes) (isGoing(change) ? going : coming).push(change)
  }
  const late = [...orderTurning(turning, turned), ...going.reverse(), ...inOrder(last)]
  const needsBarrier = coming.length > 0 && late.some(isGoing)
  return needsBarrier ? [...coming, { kind: 'barrier' }, ...late] : [...coming, ...late]
}

type PlaceChange = Exclude<NetChange, { kind: 'barrier' }>

function placeChanges(path: TreePath, after: PlannedEntry, planned: PlannedTree): PlaceChange[] {
  const before = planned.former(path)
  const removal: PlaceChange[] =
    before === undefined ? [] : [{ kind: before === 'directory' ? 'remove-directory' : 'remove', path }]
  switch (after.kind) {
    case 'nothing':
      return removal
    case 'directory': {
      const { mode, owner } = after
      if (before === 'directory') return [{ kind: 'change-mode', path, mode }]
      return [...removal, { kind: 'make-directory', path, mode, owner }]
    }
    case 'from':
    case 'written': {
      const isSame = after.kind === 'from' && after.source.kind === 'before' && after.place === path
      if (isSame) return []
      const replaces = before !== undefined && before !== 'directory'
      const place: PlaceChange = { kind: 'place', path, origin: after, replaces }
      return before === 'directory' ? [...removal, place] : [place]
    }
  }
}

function isGoing({ kind }: NetChange): boolean {
  return kind === 'remove' || kind === 'remove-directory'
}

/** Things come from the top down, and go from the bottom up. */
function inOrder(changes: readonly PlaceChange[]): PlaceChange[] {
  return [...changes.filter((one) => !isGoing(one)), ...changes.filter(isGoing).reverse()]
}

/** What becomes a directory goes before that is made; what was in a directory goes before a file takes its place. */
function orderTurning(changes: readonly PlaceChange[], turned: ReadonlySet<TreePath>): PlaceChange[] {
  const going = changes.filter(isGoing).reverse()
  const coming = changes.filter((one) => !isGoing(one))
  // In a directory that goes nothing stays, and in a file nothing is: places of the two kinds are never one in the other.
  const roots = [...turned]
    .filter((path) => !ancestorPaths(path).some((above) => turned.has(above)))
    .sort((one, other) => (one < other ? -1 : 1))
  const belongs = (path: TreePath, root: TreePath): boolean => path === root || path.startsWith(`${root}/`)
  return roots.flatMap((root) => [
    ...going.filter(({ path }) => belongs(path, root)),
    ...coming.filter(({ path }) => belongs(path, root)),
  ])
}

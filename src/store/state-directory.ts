import { childPath, parentPath, type TreePath, textTreePath } from '../model/tree-path.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import { diskTree, type TreeView } from '../system/tree-view.ts'

/** What kith keeps in a root for itself; `sh` kiss does not look at it. */
export const stateName = '.kith'

/** Parts of it. docs/transaction.md has what each is. */
export const stateFiles = {
  lock: 'lock',
  intent: 'intent',
  staging: 'staging',
  journal: 'journal',
  newJournal: 'journal.new',
  rollback: 'rollback',
  history: 'history',
  reserve: 'reserve',
  newReserve: 'reserve.new',
  scripts: 'scripts',
} as const

/** Where the state directory of a root is, or would be. */
export function statePath(root: string): TreePath {
  return statePathIn(diskTree(root))
}

/** The same of a root as it is or will be. */
export function statePathIn(tree: TreeView): TreePath {
  return childPath(new PhysicalPaths(tree).target(textTreePath('/var/db/kiss')), stateName)
}

/** The state directory of a root that is open, made where it is missing: for root alone, as what it holds may be anybody's. */
export function makeStateDirectory(root: TreeHandle): TreePath {
  const state = statePath(root.directory)
  makeDirectories(root, state, 0o700)
  return state
}

/** Makes a directory and those above it, where they are missing: the last with `mode`, the others 0755. */
export function makeDirectories(tree: TreeHandle, path: TreePath, mode = 0o755): void {
  if (path === '/' || tree.entry(path)?.kind === 'directory') return
  makeDirectories(tree, parentPath(path))
  tree.makeDirectory(path, mode)
}

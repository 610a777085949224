import type { PackageName } from '../model/package-name.ts'
import { childPath, type TreePath } from '../model/tree-path.ts'

/** One change of a root. Paths are physical: no directory above them is a symlink. */
export type Operation =
  | { readonly kind: 'make-directory'; readonly path: TreePath; readonly mode: number }
  /** The staged file replaces what is at `path`, in one step. */
  | { readonly kind: 'place'; readonly staged: TreePath; readonly path: TreePath }
  | { readonly kind: 'move'; readonly from: TreePath; readonly to: TreePath }
  /** A copy of the file at `path`, with its times, replaces what is at `copy`. */
  | { readonly kind: 'copy-aside'; readonly path: TreePath; readonly copy: TreePath }
  /** A text file of the database; `bytes` as latin1. */
  | { readonly kind: 'write'; readonly path: TreePath; readonly bytes: string }
  | { readonly kind: 'remove'; readonly path: TreePath }
  /** Only when empty by then. */
  | { readonly kind: 'remove-directory'; readonly path: TreePath }

/** What will happen to a root for one package, as data: printed, tested, and carried out by store/apply alone. */
export interface Transaction {
  readonly package: PackageName
  readonly operations: readonly Operation[]
}

/** What a root has at a place. */
export interface FoundEntry {
  readonly kind: 'file' | 'directory' | 'symlink' | 'fifo' | 'other'
  /** For a symlink that leads to a directory: where that one is. */
  readonly leadsTo?: TreePath | undefined
}

/** The file that makes a directory of the database an installed package, in its entry at `entry`. */
export function manifestPath(entry: TreePath): TreePath {
  return childPath(entry, 'manifest')
}

/** Whether `place` is `directory` or below it. */
export function isWithin(place: TreePath, directory: TreePath): boolean {
  return place === directory || place.startsWith(directory === '/' ? '/' : `${directory}/`)
}

import type { PackageName } from '../model/package-name.ts'
import { childPath, type TreePath } from '../model/tree-path.ts'
import type { Version } from '../model/version.ts'

/** A file that is not in the root: its path in the tree of the package that it came with, or in what an earlier transaction saved. */
export interface StagedFile {
  /** A package's name, or what savedTree gives. */
  readonly tree: string
  readonly path: TreePath
}

/** The tree of the files that transaction `id` replaced or removed. No package has a name like this. */
export function savedTree(id: number): string {
  return `saved/${id}`
}

export interface FileOwnership {
  readonly uid: number
  readonly gid: number
}

/** One change of a root. Paths are physical: no directory above them is a symlink. */
export type Operation =
  | {
      readonly kind: 'make-directory'
      readonly path: TreePath
      readonly mode: number
      /** Where it shall belong to somebody else than who makes it. */
      readonly owner?: FileOwnership | undefined
    }
  /** Of a directory that is there. */
  | { readonly kind: 'change-mode'; readonly path: TreePath; readonly mode: number }
  /** The staged file replaces what is at `path`, in one step. */
  | { readonly kind: 'place'; readonly staged: StagedFile; readonly path: TreePath }
  | { readonly kind: 'move'; readonly from: TreePath; readonly to: TreePath }
  /** A copy of the file at `path`, with its times, replaces what is at `copy`. */
  | { readonly kind: 'copy-aside'; readonly path: TreePath; readonly copy: TreePath }
  /** A text file, as of the database; `bytes` as latin1, mode 0644 where none is given. */
  | { readonly kind: 'write'; readonly path: TreePath; readonly bytes: string; readonly mode?: number | undefined }
  | { readonly kind: 'remove'; readonly path: TreePath }
  /** Only when empty by then. */
  | { readonly kind: 'remove-directory'; readonly path: TreePath }

/** What a command does with one package, for people and for the history; what happens to files is in the operations. */
export type PackageChange = InstallChange | RemoveChange | SwapChange | MarkChange

export interface InstallChange {
  readonly kind: 'install'
  readonly package: PackageName
  readonly version: Version
  /** The tarball it comes from. */
  readonly artifact: string
  /** How many files and links the package has. */
  readonly files: number
  /** Whether it has a script that is to run afterwards. */
  readonly hasScript: boolean
  /** Files that another package has, which become choices. */
  readonly conflicts: readonly { readonly path: TreePath; readonly owner: PackageName }[]
  /** /etc files whose new version goes beside the system's. */
  readonly besideEtc: readonly TreePath[]
  /** Obsolete /etc files that stay, because they were edited. */
  readonly keptEtc: readonly TreePath[]
}

export interface RemoveChange {
  readonly kind: 'remove'
  readonly package: PackageName
  /** /etc files that stay, because they were edited. */
  readonly keptEtc: readonly TreePath[]
}

export interface SwapChange {
  readonly kind: 'swap'
  /** Whose file comes into place. */
  readonly package: PackageName
  readonly path: TreePath
}

/** Whether a package was asked for, or came because another needs it. */
export type Mark = 'explicit' | 'automatic'

export interface MarkChange {
  readonly kind: 'mark'
  readonly package: PackageName
  readonly mark: Mark
}

/**
 * What a command will do to a root, all of it or nothing, as plain data that JSON can hold: printed, tested, and carried out
 * by store/apply alone.
 */
export interface Transaction<Change extends PackageChange = PackageChange> {
  /** In the order in which the packages change. */
  readonly changes: readonly Change[]
  /** Of all packages, in the order in which they are carried out. */
  readonly operations: readonly Operation[]
}

/** What the history tells of a transaction. */
export interface TransactionSummary {
  /** `install`, `remove`, `alternatives`, `undo`, `redo`, ... */
  readonly command: string
  readonly packages: readonly PackageChange[]
  /** For `undo` and `redo`: the transactions that are taken back, the newest first. */
  readonly reverts?: readonly number[] | undefined
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

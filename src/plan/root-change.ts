import type { TreePath } from '../model/tree-path.ts'
import type { FileOwnership } from './transaction.ts'

/**
 * What a transaction does at one place of a root, all of it told beforehand: no place has two, but where a file becomes a directory
 * or the other way round. Paths are physical. Each can be carried out, and taken back, any number of times, after any part of the
 * others reached the disk: names alone tell what is done, so that nothing depends on what a crash may change.
 */
export type RootChange =
  /** A staged directory with all that is in it comes to `path`, where nothing is. Done when its staged name is gone. */
  | {
      readonly kind: 'place-directory'
      readonly path: TreePath
      readonly staged: StagedName
      readonly members: readonly DirectoryMember[]
    }
  /** The staged file, link or pipe comes to `path`. Done when its staged name is gone. */
  | {
      readonly kind: 'place'
      readonly path: TreePath
      readonly staged: StagedName
      /** What is there has another name among the saved files already. */
      readonly replaces: boolean
      /** What tells later whether somebody changed it. */
      readonly mark: FileMark
    }
  /** What is at `path` goes to the saved files of its area. Done when it is there. */
  | { readonly kind: 'remove'; readonly path: TreePath; readonly area: number }
  /** Only where nothing else is in it by then. */
  | {
      readonly kind: 'remove-directory'
      readonly path: TreePath
      readonly mode: number
      readonly owner: FileOwnership
    }
  | {
      readonly kind: 'change-mode'
      readonly path: TreePath
      readonly mode: number
      readonly modeBefore: number
    }
  /** From here on nothing may reach the disk before what comes before. */
  | { readonly kind: 'barrier' }

/** What is in a directory that comes as a whole, at any depth; what is in a directory after it. Paths are those of the root. */
export type DirectoryMember =
  | { readonly kind: 'directory'; readonly path: TreePath }
  | { readonly kind: 'file'; readonly path: TreePath; readonly mark: FileMark }

/** Where a file waits: below the staging directory of one of the transaction's areas. */
export interface StagedName {
  readonly area: number
  readonly path: TreePath
}

/** A copy of a root, from a backup, has the same. */
export interface FileMark {
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly mode: number
}

import type { TreePath } from '../model/tree-path.ts'
import type { Operation, Transaction } from '../plan/transaction.ts'
import { bringAcross, requireWritable } from '../system/bring-across.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import {
  copyFileAside,
  makeTreeDirectory,
  placeFile,
  removeEmptyDirectory,
  removeTreeFile,
  writeTreeFile,
} from '../system/tree-changes.ts'

interface Trees {
  readonly root: string
  readonly staged: string
  /** Staged files that are in the root already, on the file system of their place. */
  readonly copies: ReadonlyMap<TreePath, TreePath>
}

/**
 * Carries out a transaction: the only code that changes anything below a root. `staged` is the tree that `place` takes
 * files from. Operations come ordered by the plan: new files replace old ones before obsolete ones go. What needs room or
 * may be refused is tried first: what is thrown then (`io-failed`) leaves the root as it was. Gives the extended attributes
 * that files cannot have where they went, on a file system other than that of `staged`.
 */
export function applyTransaction({ operations }: Transaction, root: string, staged: string): RefusedXattr[] {
  requireWritable(operations.map(changedPath), root)
  const files = operations.flatMap((one) => (one.kind === 'place' ? [{ from: one.staged, to: one.path }] : []))
  using brought = bringAcross(files, staged, root)
  const { copies, refusedXattrs } = brought
  return [...refusedXattrs, ...operations.flatMap((operation) => applyOperation(operation, { root, staged, copies }))]
}

function changedPath(operation: Operation): TreePath {
  switch (operation.kind) {
    case 'move':
      return operation.to
    case 'copy-aside':
      return operation.copy
    default:
      return operation.path
  }
}

function applyOperation(operation: Operation, { root, staged, copies }: Trees): RefusedXattr[] {
  switch (operation.kind) {
    case 'make-directory':
      makeTreeDirectory(root, operation.path, operation.mode)
      return []
    case 'place': {
      const copy = copies.get(operation.staged)
      return copy === undefined
        ? placeFile(staged, operation.staged, root, operation.path)
        : placeFile(root, copy, root, operation.path)
    }
    case 'move':
      return placeFile(root, operation.from, root, operation.to)
    case 'copy-aside':
      return copyFileAside(root, operation.path, operation.copy)
    case 'write':
      writeTreeFile(root, operation.path, operation.bytes)
      return []
    case 'remove':
      removeTreeFile(root, operation.path)
      return []
    case 'remove-directory':
      removeEmptyDirectory(root, operation.path)
      return []
  }
}

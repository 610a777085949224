import type { PackageName } from '../model/package-name.ts'
import type { TreePath } from '../model/tree-path.ts'
import type { Operation, StagedFile, Transaction } from '../plan/transaction.ts'
import { type BroughtFiles, bringAcross, type FilePlace, requireWritable } from '../system/bring-across.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import {
  copyFileAside,
  makeTreeDirectory,
  placeFile,
  removeEmptyDirectory,
  removeTreeFile,
  writeTreeFile,
} from '../system/tree-changes.ts'

export interface TransactionTrees {
  readonly root: string
  /** Directories of the unpacked packages that files are taken from. */
  readonly staged: ReadonlyMap<PackageName, string>
}

interface Trees extends TransactionTrees {
  /** Staged files that are in the root already, on the file system of their place. */
  readonly copies: BroughtFiles['copies']
}

/**
 * Carries out a transaction: the only code that changes anything below a root. Operations come ordered by the plan: new
 * files replace old ones before obsolete ones go. What needs room or may be refused is tried first: what is thrown then
 * (`io-failed`) leaves the root as it was. Gives the extended attributes that files cannot have where they went, on a file
 * system other than that of the staged ones.
 */
export function applyTransaction({ operations }: Transaction, { root, staged }: TransactionTrees): RefusedXattr[] {
  requireWritable(operations.map(changedPath), root)
  const files = operations.flatMap((one) =>
    one.kind === 'place' ? [{ ...locate(one.staged, staged), to: one.path }] : [],
  )
  using brought = bringAcross(files, root)
  const { copies, refusedXattrs } = brought
  return [...refusedXattrs, ...operations.flatMap((operation) => applyOperation(operation, { root, staged, copies }))]
}

/** A tree that is not there is a bug: whoever planned had it. */
function locate({ tree, path }: StagedFile, staged: TransactionTrees['staged']): Omit<FilePlace, 'to'> {
  const directory = staged.get(tree)
  if (directory === undefined) throw new Error(`nothing is staged for ${tree}`)
  return { directory, from: path }
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
      const { directory, from } = locate(operation.staged, staged)
      const copy = copies.get(directory + from)
      return copy === undefined
        ? placeFile(directory, from, root, operation.path)
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

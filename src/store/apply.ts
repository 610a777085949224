import type { Operation, Transaction } from '../plan/transaction.ts'
import {
  copyFileAside,
  makeTreeDirectory,
  placeFile,
  removeEmptyDirectory,
  removeTreeFile,
  writeTreeFile,
} from '../system/tree-changes.ts'

/**
 * Carries out a transaction: the only code that changes anything below a root. `staged` is the tree that `place` takes
 * files from. Operations come ordered by the plan: new files replace old ones before obsolete ones go.
 */
export function applyTransaction({ operations }: Transaction, root: string, staged: string): void {
  for (const operation of operations) applyOperation(operation, root, staged)
}

function applyOperation(operation: Operation, root: string, staged: string): void {
  switch (operation.kind) {
    case 'make-directory':
      makeTreeDirectory(root, operation.path, operation.mode)
      return
    case 'place':
      placeFile(staged, operation.staged, root, operation.path)
      return
    case 'move':
      placeFile(root, operation.from, root, operation.to)
      return
    case 'copy-aside':
      copyFileAside(root, operation.path, operation.copy)
      return
    case 'write':
      writeTreeFile(root, operation.path, operation.bytes)
      return
    case 'remove':
      removeTreeFile(root, operation.path)
      return
    case 'remove-directory':
      removeEmptyDirectory(root, operation.path)
      return
  }
}

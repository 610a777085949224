import type { Context } from '../events/context.ts'
import type { Operation, Transaction } from '../plan/transaction.ts'
import { makeTreeDirectory, placeFile, removeEmptyDirectory, removeTreeFile } from '../system/tree-changes.ts'

/**
 * Carries out a transaction: the only code that changes anything below a root. `staged` is the tree that `place` takes
 * files from. Operations come ordered by the plan: new files replace old ones before obsolete ones go.
 */
export function applyTransaction(
  { operations }: Transaction,
  root: string,
  staged: string,
  _context: Pick<Context, 'emit'>,
): void {
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
    case 'remove':
      removeTreeFile(root, operation.path)
      return
    case 'remove-directory':
      removeEmptyDirectory(root, operation.path)
      return
  }
}

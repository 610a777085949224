import { ancestorPaths, type TreePath } from '../model/tree-path.ts'
import type { Operation } from './transaction.ts'

/**
 * The operations of several packages as one list, with the same outcome. What one package removes and a later one brings is
 * replaced in one step instead, so that a file which moves from one package to another is never missing in between.
 */
export function joinOperations(lists: readonly (readonly Operation[])[]): Operation[] {
  const joined: Operation[] = []
  const coming = new ComingChanges()
  for (const operation of lists.flat().reverse()) {
    if (operation.kind === 'remove' && coming.replace(operation.path)) continue
    coming.add(operation)
    joined.push(operation)
  }
  return joined.reverse()
}

/** What comes after the operation that is looked at, seen from the last to the first: the higher the step, the sooner. */
class ComingChanges {
  #step = 0
  readonly #replaced = new Map<TreePath, number>()
  readonly #cleared = new Map<TreePath, number>()

  /**
   * Whether the file at `path` is replaced before a directory there or above is removed: that one is to be found as empty as
   * it would have been, since it may come again with another mode.
   */
  replace(path: TreePath): boolean {
    const replaced = this.#replaced.get(path)
    const isBefore = (place: TreePath): boolean => (this.#cleared.get(place) ?? 0) < (replaced ?? 0)
    return replaced !== undefined && [path, ...ancestorPaths(path)].every(isBefore)
  }

  add(operation: Operation): void {
    this.#step++
    const place = replacedPlace(operation)
    if (place !== undefined) this.#replaced.set(place, this.#step)
    if (operation.kind === 'remove-directory') this.#cleared.set(operation.path, this.#step)
  }
}

function replacedPlace(operation: Operation): TreePath | undefined {
  switch (operation.kind) {
    case 'place':
    case 'write':
      return operation.path
    case 'move':
      return operation.to
    case 'copy-aside':
      return operation.copy
    default:
      return undefined
  }
}

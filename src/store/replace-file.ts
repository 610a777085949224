import { baseName, childPath, parentPath, type TreePath } from '../model/tree-path.ts'
import type { TreeHandle } from '../system/tree-handle.ts'

/** Writes a file of the state directory, complete or not at all; `bytes` as latin1. Throws `io-failed`. */
export function replaceFile(root: TreeHandle, path: TreePath, bytes: string): void {
  const fresh = freshPath(path)
  if (root.entry(fresh) !== undefined) root.remove(fresh)
  {
    using file = root.createFile(fresh, 0o600)
    file.write(Buffer.from(bytes, 'latin1'))
    file.sync()
  }
  root.rename(fresh, path)
}

/** Where a file is until it is complete. */
export function freshPath(path: TreePath): TreePath {
  return childPath(parentPath(path), `${baseName(path)}.new`)
}

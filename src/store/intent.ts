import { baseName, childPath, parentPath, parseTreePath, type TreePath } from '../model/tree-path.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import { diskTree } from '../system/tree-view.ts'
import { entryFile } from './installed-database.ts'
import { stateFiles } from './state-directory.ts'

/** State directories on other file systems that an unfinished transaction may have put something into, from `intent`: a line for each. */
export function readIntent(root: TreeHandle, state: TreePath): readonly TreePath[] {
  const text = entryFile(diskTree(root.directory), intentPath(state)) ?? ''
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseTreePath(line, 'intent'))
}

/**
 * Before anything is on another file system than the database's, the disk knows where to look for it: `states` are the state directories
 * of a transaction, the database's first. Those that could not be looked at since an earlier one stay in it. Throws `io-failed`.
 */
export function addIntent(root: TreeHandle, [state, ...others]: readonly TreePath[]): void {
  if (state === undefined || others.length === 0) return
  writeIntent(root, state, [...new Set([...readIntent(root, state), ...others])])
}

/** Writes it, complete or not at all, and durably; without any the file goes. Throws `io-failed`. */
export function writeIntent(root: TreeHandle, state: TreePath, others: readonly TreePath[]): void {
  const path = intentPath(state)
  const fresh = childPath(parentPath(path), `${baseName(path)}.new`)
  if (root.entry(fresh) !== undefined) root.remove(fresh)
  if (others.length === 0) {
    if (root.entry(path) !== undefined) root.remove(path)
    return
  }
  {
    using file = root.createFile(fresh, 0o600)
    file.write(Buffer.from(others.map((one) => `${one}\n`).join(''), 'latin1'))
    file.sync()
  }
  root.rename(fresh, path)
  root.syncDirectory(state)
}

function intentPath(state: TreePath): TreePath {
  return childPath(state, stateFiles.intent)
}

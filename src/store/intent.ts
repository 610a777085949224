import { childPath, parseTreePath, type TreePath } from '../model/tree-path.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import { diskTree } from '../system/tree-view.ts'
import { entryFile } from './installed-database.ts'
import { freshPath, replaceFile } from './replace-file.ts'
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

/** Writes it, complete or not at all, and durably; without any it goes, with what an interrupted writing left. Throws `io-failed`. */
export function writeIntent(root: TreeHandle, state: TreePath, others: readonly TreePath[]): void {
  const path = intentPath(state)
  if (others.length === 0) {
    for (const one of [path, freshPath(path)]) if (root.entry(one) !== undefined) root.remove(one)
    return
  }
  replaceFile(root, path, others.map((one) => `${one}\n`).join(''))
  root.syncDirectory(state)
}

function intentPath(state: TreePath): TreePath {
  return childPath(state, stateFiles.intent)
}

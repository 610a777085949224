import { childPath, type TreePath } from '../model/tree-path.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import { stateFiles } from './state-directory.ts'

/** Numbers of the transactions that a state directory has, whether they were committed or not. */
export function historyIds(root: TreeHandle, state: TreePath): number[] {
  return root
    .names(childPath(state, stateFiles.history))
    .filter((name) => /^[1-9][0-9]{0,8}$/.test(name))
    .map(Number)
    .sort((one, other) => one - other)
}

export function historyPath(state: TreePath, id: number): TreePath {
  return childPath(childPath(state, stateFiles.history), String(id))
}

export function savedPath(state: TreePath, id: number): TreePath {
  return childPath(historyPath(state, id), 'saved')
}

export function recordPath(state: TreePath, id: number): TreePath {
  return childPath(historyPath(state, id), 'record')
}

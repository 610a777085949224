import { childPath, parseTreePath, type TreePath } from '../model/tree-path.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import { diskTree } from '../system/tree-view.ts'
import { historyIds, historyPath, recordPath } from './history-paths.ts'
import { entryFile } from './installed-database.ts'
import { stateFiles } from './state-directory.ts'

/**
 * Removes what transactions that did not come to their commit, or are done, leave in the state directories: staged files, saved ones
 * without a record. Only for whoever has locked the root, and where no journal is.
 */
export function clearUnfinished(root: TreeHandle, state: TreePath): void {
  const recorded = new Set(historyIds(root, state).filter((id) => root.entry(recordPath(state, id)) !== undefined))
  for (const one of [...intendedStates(root, state), state]) {
    removeBelow(root, childPath(one, stateFiles.staging))
    for (const id of historyIds(root, one)) if (!recorded.has(id)) removeBelow(root, historyPath(one, id))
  }
  for (const name of [stateFiles.newJournal, stateFiles.intent, `${stateFiles.intent}.new`])
    removeBelow(root, childPath(state, name))
}

/** State directories on other file systems that an unfinished transaction may have put something into. */
function intendedStates(root: TreeHandle, state: TreePath): TreePath[] {
  const text = entryFile(diskTree(root.directory), childPath(state, stateFiles.intent)) ?? ''
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseTreePath(line, 'intent'))
}

/** Removes a file, or a directory with everything in it, which may be nobody's but ours. */
function removeBelow(root: TreeHandle, path: TreePath): void {
  const entry = root.entry(path)
  if (entry === undefined) return
  if (entry.kind !== 'directory') {
    root.remove(path)
    return
  }
  // An ordinary user cannot look into a directory that forbids it.
  if ((entry.mode & 0o700) !== 0o700) root.changeMode(path, 0o700)
  for (const name of root.names(path)) removeBelow(root, childPath(path, name))
  root.removeDirectory(path)
}

import { isKithError } from '../errors/kith-error.ts'
import { childPath, parentPath, type TreePath } from '../model/tree-path.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import { areaKey } from './areas.ts'
import { readRecordHead } from './history.ts'
import { historyIds, historyPath, recordPath } from './history-paths.ts'
import { readIntent, writeIntent } from './intent.ts'
import { stateFiles } from './state-directory.ts'

/**
 * Removes what transactions that did not come to their commit, or are done, leave in the state directories: staged files, saved ones
 * without a record. Only for whoever has locked the root, and where no journal is.
 */
export function clearUnfinished(root: TreeHandle, state: TreePath): void {
  const recorded = new Set(historyIds(root, state).filter((id) => root.entry(recordPath(state, id)) !== undefined))
  const others = readIntent(root, state)
  // What was not mounted for a while may have the number of a transaction that came after.
  const isOf = (id: number, one: TreePath): boolean =>
    one === state || statesOf(id, root, state)?.includes(one) !== false
  for (const one of [...others, state]) {
    removeBelow(root, childPath(one, stateFiles.staging))
    for (const id of historyIds(root, one))
      if (!recorded.has(id) || !isOf(id, one)) removeBelow(root, historyPath(one, id))
  }
  for (const name of [stateFiles.newJournal, stateFiles.newReserve]) removeBelow(root, childPath(state, name))
  // Only `intent` says where to look: it goes when nothing can come back there, and stays for what is not mounted.
  const absent = others.filter((one) => isAbsent(root, one))
  for (const one of others) if (!absent.includes(one)) root.syncFileSystem(parentPath(one))
  if (absent.length === 0 || absent.length < others.length) writeIntent(root, state, absent)
}

/** The state directories of a transaction that is done; undefined where its record is damaged. */
function statesOf(id: number, root: TreeHandle, state: TreePath): readonly TreePath[] | undefined {
  try {
    return readRecordHead(root.directory, state, id).states
  } catch (error) {
    if (!isKithError(error, 'journal-invalid')) throw error
    return undefined
  }
}

/** The same after a command, which by then has succeeded or failed as it has: what stays is removed by the next one. */
export function tidyUp(root: TreeHandle, state: TreePath): void {
  try {
    clearUnfinished(root, state)
  } catch (error) {
    if (!isKithError(error, 'io-failed')) throw error
  }
}

/** Whether the file system that a state directory was on is not there: it is at the top of what is mounted. */
function isAbsent(root: TreeHandle, state: TreePath): boolean {
  const top = parentPath(state)
  if (top === '/') return false
  const [here, above] = [root.entry(top), root.entry(parentPath(top))]
  return here === undefined || above === undefined || areaKey(here) === areaKey(above)
}

/** Removes a file, or a directory with everything in it, which may be nobody's but ours. */
export function removeBelow(root: TreeHandle, path: TreePath): void {
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

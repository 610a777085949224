import { isKithError } from '../errors/kith-error.ts'
import { bytesText, childPath, type TreePath } from '../model/tree-path.ts'
import { diskSpace } from '../system/disk-space.ts'
import { causeCode } from '../system/failure.ts'
import { TreeHandle } from '../system/tree-handle.ts'
import { stateFiles, statePath } from './state-directory.ts'

/** Enough for the journal of some ten thousand files, and directories for what they replace. */
const reserveBytes = 1 << 21
/** Of what is free, no more than this part is set aside. */
const largestShare = 1 / 16

/**
 * Runs `body`, and where the disk is full once more with the room that was set aside: what is removed stays in the history, so that a
 * removal needs room before `kith clean` can give any back. `body` must leave everything as it was when it fails.
 */
export async function withReserve<Result>(root: string, body: () => Promise<Result>): Promise<Result> {
  try {
    return await body()
  } catch (error) {
    if (!isFull(error) || !freeReserve(root)) throw error
  }
  return await body()
}

/** Sets room aside where there is none and enough is free. What fails is tried again after the next transaction. */
export function keepReserve(root: TreeHandle, state: TreePath): void {
  const path = childPath(state, stateFiles.reserve)
  const fresh = childPath(state, stateFiles.newReserve)
  if (root.entry(path) !== undefined) return
  try {
    if (diskSpace(root.directory + bytesText(state)).freeBytes * largestShare < reserveBytes) return
    {
      using file = root.createFile(fresh, 0o600)
      file.allocate(reserveBytes)
    }
    root.rename(fresh, path)
  } catch (error) {
    if (!isKithError(error, 'io-failed')) throw error
  }
}

function isFull(error: unknown): boolean {
  return isKithError(error, 'io-failed') && ['ENOSPC', 'EDQUOT'].includes(causeCode(error) ?? '')
}

function freeReserve(root: string): boolean {
  using tree = new TreeHandle(root)
  const path = childPath(statePath(root), stateFiles.reserve)
  if (tree.entry(path) === undefined) return false
  tree.remove(path)
  return true
}

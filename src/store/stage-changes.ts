import { ancestorPaths, childPath, parentPath, type TreePath, textBytes, textTreePath } from '../model/tree-path.ts'
import type { RootChange } from '../plan/root-change.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import type { NetChange } from './net-changes.ts'
import { assembleDirectory, type ComingChange } from './stage-directory.ts'
import { FileStager, markOf, type StagedTree } from './stage-files.ts'
import type { TransactionSpace } from './transaction-space.ts'

export interface StagedChanges {
  readonly operations: readonly RootChange[]
  readonly refusedXattrs: readonly RefusedXattr[]
}

/**
 * Makes ready what `changes` need, so that each is one rename: every file that comes is staged in the area of its place, every directory
 * that comes with all that will be in it, and every file that is replaced gets another name among the saved ones. Of the root nothing
 * changes but how many names its files have. Throws `io-failed`.
 */
export function stageChanges(
  changes: readonly NetChange[],
  space: TransactionSpace,
  trees: ReadonlyMap<string, StagedTree>,
): StagedChanges {
  const files = new FileStager(space, trees)
  // All areas are known before anything is put into any of them.
  for (const change of changes) if (change.kind !== 'barrier') space.areaOf(change.path)
  const contents = contentsOfNew(changes)
  const staging: Staging = { space, files, contents }
  const operations = changes.flatMap((change) => stageChange(change, staging))
  return { operations, refusedXattrs: files.refusedXattrs }
}

interface Staging {
  readonly space: TransactionSpace
  readonly files: FileStager
  readonly contents: NewContents
}

function stageChange(change: NetChange, { space, files, contents }: Staging): RootChange[] {
  switch (change.kind) {
    case 'barrier':
      return [change]
    case 'change-mode': {
      const modeBefore = space.root.entry(change.path)?.mode ?? change.mode
      return modeBefore === change.mode ? [] : [{ ...change, modeBefore }]
    }
    case 'remove-directory': {
      const entry = space.root.entry(change.path)
      if (entry?.kind !== 'directory') return []
      return [{ ...change, mode: entry.mode, owner: { uid: entry.uid, gid: entry.gid } }]
    }
    case 'remove': {
      const area = space.areaOf(change.path)
      files.makeSavedDirectory(area, change.path)
      return [{ ...change, area }]
    }
    case 'make-directory': {
      const members = contents.directories.get(change.path)
      // Undefined: it comes with the one that it is in.
      return members === undefined ? [] : [assembleDirectory({ top: change, members }, space, files)]
    }
    case 'place':
      return contents.inDirectories.has(change.path) ? [] : [placeFile(change, space, files)]
  }
}

function placeFile(
  { path, origin, replaces }: Extract<NetChange, { kind: 'place' }>,
  space: TransactionSpace,
  files: FileStager,
): RootChange {
  const area = space.areaOf(path)
  const { staged, entry } = files.stage(origin, area, path)
  if (replaces) files.save(area, path)
  return { kind: 'place', path, staged, replaces, mark: markOf(entry) }
}

interface NewContents {
  /** The uppermost of the new directories, and what will be in each, in order. */
  readonly directories: ReadonlyMap<TreePath, readonly ComingChange[]>
  readonly inDirectories: ReadonlySet<TreePath>
}

function contentsOfNew(changes: readonly NetChange[]): NewContents {
  const made = new Set(changes.flatMap((one) => (one.kind === 'make-directory' ? [one.path] : [])))
  const isTop = (path: TreePath): boolean => !ancestorPaths(path).some((above) => made.has(above))
  const directories = new Map<TreePath, ComingChange[]>([...made].filter(isTop).map((path) => [path, []]))
  const tops = new Map<TreePath, TreePath | undefined>()
  const topOf = (directory: TreePath): TreePath | undefined => {
    if (!tops.has(directory))
      tops.set(
        directory,
        [directory, ...ancestorPaths(directory)].find((one) => directories.has(one)),
      )
    return tops.get(directory)
  }
  const inDirectories = new Set<TreePath>()
  if (directories.size > 0)
    for (const change of changes) {
      if (change.kind !== 'make-directory' && change.kind !== 'place') continue
      const top = made.has(parentPath(change.path)) ? topOf(parentPath(change.path)) : undefined
      if (top === undefined) continue
      directories.get(top)?.push(change)
      inDirectories.add(change.path)
    }
  return { directories, inDirectories }
}

/** Where a package is unpacked: below an area's staging directory. What unpacking needs for itself is beside it. */
export function treePath(name: string): TreePath {
  return childPath(childPath(textTreePath('/tree'), textBytes(name)), 'root')
}

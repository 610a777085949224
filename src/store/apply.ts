import type { TreePath } from '../model/tree-path.ts'
import type { RootChange, StagedName } from '../plan/root-change.ts'
import type { FileOwnership } from '../plan/transaction.ts'
import { causeCode } from '../system/failure.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import type { Journal } from './journal.ts'
import { linkRefusals } from './stage-files.ts'

/** The trees of a transaction that is committed. */
export interface ApplyTrees {
  readonly root: TreeHandle
  /** Both by area; undefined where it is gone, as after everything is done. */
  readonly staging: (area: number) => TreeHandle | undefined
  readonly saved: (area: number) => TreeHandle | undefined
}

/**
 * Carries a committed transaction out, from the first change to the last: the only code, with takeBack, that changes what is in a root.
 * Everything may be done already, or any part of it. Throws `io-failed`; what was done by then stays.
 */
export function carryOut({ operations, states }: Pick<Journal, 'operations' | 'states'>, trees: ApplyTrees): void {
  for (const operation of operations) carryOutOne(operation, trees, states)
}

function carryOutOne(operation: RootChange, trees: ApplyTrees, states: readonly TreePath[]): void {
  const { root, saved } = trees
  switch (operation.kind) {
    case 'barrier':
      for (const state of states) root.syncFileSystem(state)
      return
    case 'place-directory': {
      const staged = stagedFile(operation.staged, trees)
      staged?.tree.renameDirectory(staged.path, operation.path, root)
      return
    }
    case 'change-mode':
      if (root.entry(operation.path)?.kind === 'directory') root.changeMode(operation.path, operation.mode)
      return
    case 'place':
      moveFile(stagedFile(operation.staged, trees), operation.path, root)
      return
    case 'remove': {
      const target = saved(operation.area)
      // What is at a place whose file is saved already is not the one that was planned.
      if (target !== undefined && target.entry(operation.path) === undefined)
        moveFile(entryOf(root, operation.path), operation.path, target)
      return
    }
    case 'remove-directory':
      removeEmptyDirectory(root, operation.path)
  }
}

/**
 * Takes a committed transaction back, from the last change to the first, so that the root is as it was before. Whatever part of
 * it was done, or is taken back already. Throws `io-failed`.
 */
export function takeBack({ operations }: Pick<Journal, 'operations'>, trees: ApplyTrees): void {
  for (const operation of [...operations].reverse()) takeBackOne(operation, trees)
}

function takeBackOne(operation: RootChange, trees: ApplyTrees): void {
  const { root, saved } = trees
  switch (operation.kind) {
    case 'barrier':
      return
    case 'place-directory':
      if (stagedFile(operation.staged, trees) !== undefined) return
      for (const { kind, path } of [...operation.members].reverse())
        if (kind === 'directory') removeEmptyDirectory(root, path)
        else removeFile(root, path)
      removeEmptyDirectory(root, operation.path)
      return
    case 'change-mode':
      if (root.entry(operation.path)?.kind === 'directory') root.changeMode(operation.path, operation.modeBefore)
      return
    case 'place':
      if (operation.replaces) moveFile(entryOf(saved(operation.staged.area), operation.path), operation.path, root)
      // Where its staged name is left it never came to its place.
      else if (stagedFile(operation.staged, trees) === undefined) removeFile(root, operation.path)
      return
    case 'remove':
      restoreFile(entryOf(saved(operation.area), operation.path), operation.path, root)
      return
    case 'remove-directory':
      makeDirectory(root, operation.path, operation)
  }
}

interface FoundFile {
  readonly tree: TreeHandle
  readonly path: TreePath
}

function entryOf(tree: TreeHandle | undefined, path: TreePath): FoundFile | undefined {
  return tree?.entry(path) === undefined ? undefined : { tree, path }
}

function stagedFile({ area, path }: StagedName, { staging }: ApplyTrees): FoundFile | undefined {
  return entryOf(staging(area), path)
}

function moveFile(file: FoundFile | undefined, path: TreePath, to: TreeHandle): void {
  file?.tree.rename(file.path, path, to)
}

/** Keeps the saved name as long as nobody knows whether the disk has the directory that the file comes back to. */
function restoreFile(file: FoundFile | undefined, path: TreePath, root: TreeHandle): void {
  if (file === undefined || root.entry(path) !== undefined) return
  try {
    file.tree.link(file.path, path, root)
  } catch (error) {
    if (!linkRefusals.includes(causeCode(error) ?? '')) throw error
    file.tree.rename(file.path, path, root)
  }
}

function removeFile(root: TreeHandle, path: TreePath): void {
  const entry = root.entry(path)
  if (entry !== undefined && entry.kind !== 'directory') root.remove(path)
}

interface DirectoryWanted {
  readonly mode: number
  readonly owner?: FileOwnership | undefined
}

/** One that is there was made so before: whoever died then may not have come to give it its mode. */
function makeDirectory(root: TreeHandle, path: TreePath, { mode, owner }: DirectoryWanted): void {
  const entry = root.entry(path)
  if (entry === undefined) root.makeDirectory(path, mode)
  else if (entry.kind === 'directory' && entry.mode !== mode) root.changeMode(path, mode)
  if (owner === undefined || process.getuid?.() !== 0) return
  if (owner.uid === process.getuid() && owner.gid === process.getgid?.() && entry === undefined) return
  root.changeOwner(path, owner.uid, owner.gid)
  // The kernel takes setuid and setgid from what is given away.
  if ((mode & 0o6000) !== 0) root.changeMode(path, mode)
}

/** What somebody put into it meanwhile stays, and the directory with it. */
function removeEmptyDirectory(root: TreeHandle, path: TreePath): void {
  if (root.entry(path)?.kind !== 'directory') return
  try {
    root.removeDirectory(path)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EBUSY'].includes(causeCode(error) ?? '')) throw error
  }
}

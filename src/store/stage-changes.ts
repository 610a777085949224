import {
  bytesText,
  childPath,
  joinPaths,
  parentPath,
  type TreePath,
  textBytes,
  textTreePath,
} from '../model/tree-path.ts'
import type { FileMark, RootChange, StagedName } from '../plan/root-change.ts'
import { copyEntry } from '../system/copy-entry.ts'
import { causeCode, failed } from '../system/failure.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import type { HandleEntry, TreeHandle } from '../system/tree-handle.ts'
import type { NetChange } from './net-changes.ts'
import type { Origin } from './planned-tree.ts'
import { makeDirectories } from './state-directory.ts'
import type { TransactionSpace } from './transaction-space.ts'

/** A tree that files are taken from. */
export type StagedTree =
  /** An unpacked package: below `path` in an area's staging, and used up. */
  | { readonly kind: 'staging'; readonly area: number; readonly path: TreePath }
  /** Files that an earlier transaction saved, one tree for each area: they stay there. */
  | { readonly kind: 'saved'; readonly trees: readonly TreeHandle[] }

export interface StagedChanges {
  readonly operations: readonly RootChange[]
  readonly refusedXattrs: readonly RefusedXattr[]
}

/**
 * Makes ready what `changes` need, so that each is one rename: every file that comes is staged in the area of its place, every one that
 * is replaced gets another name among the saved ones. Of the root nothing changes but how many names its files have. Throws
 * `io-failed`.
 */
export function stageChanges(
  changes: readonly NetChange[],
  space: TransactionSpace,
  trees: ReadonlyMap<string, StagedTree>,
): StagedChanges {
  const stager = new Stager(space, trees)
  // All areas are known before anything is put into any of them.
  for (const change of changes) if (change.kind !== 'barrier') space.areaOf(change.path)
  const operations = changes.flatMap((change) => stager.stage(change))
  return { operations, refusedXattrs: stager.refusedXattrs }
}

class Stager {
  readonly refusedXattrs: RefusedXattr[] = []
  /** Copies that were made, by area and the file that they are of: hard links stay such. */
  readonly #copies = new Map<string, StagedName>()
  readonly #used = new Set<TreePath>()
  readonly #savedDirectories = new Set<string>()

  constructor(
    readonly space: TransactionSpace,
    readonly trees: ReadonlyMap<string, StagedTree>,
  ) {}

  stage(change: NetChange): RootChange[] {
    const { root } = this.space
    switch (change.kind) {
      case 'barrier':
      case 'make-directory':
        return [change]
      case 'change-mode': {
        const modeBefore = root.entry(change.path)?.mode ?? change.mode
        return modeBefore === change.mode ? [] : [{ ...change, modeBefore }]
      }
      case 'remove-directory': {
        const entry = root.entry(change.path)
        if (entry?.kind !== 'directory') return []
        return [{ ...change, mode: entry.mode, owner: { uid: entry.uid, gid: entry.gid } }]
      }
      case 'remove': {
        const area = this.space.areaOf(change.path)
        this.#makeSavedDirectory(area, change.path)
        return [{ ...change, area }]
      }
      case 'place': {
        const { path, replaces } = change
        const area = this.space.areaOf(path)
        const staged = this.#stageFile(change.origin, area, path)
        if (replaces) this.#save(area, path)
        const entry = this.space.staging(area).entry(staged.path)
        // A hook may have been at the unpacked package.
        if (entry === undefined || entry.kind === 'directory')
          throw failed(
            'install',
            root.directory + bytesText(path),
            new Error('its file is not in the package any more'),
          )
        return [{ kind: 'place', path, staged, replaces, mark: markOf(entry) }]
      }
    }
  }

  #stageFile(origin: Origin, area: number, path: TreePath): StagedName {
    if (origin.kind === 'written') return this.#write(area, origin.bytes)
    const { place, source } = origin
    if (source.kind === 'before') return this.#linkOrCopy(this.space.root, place, area, path)
    const tree = this.trees.get(source.tree)
    if (tree === undefined) throw new Error(`nothing is staged for ${source.tree}`)
    if (tree.kind === 'staging') {
      const staged = joinPaths(tree.path, place)
      // One that comes to two places is renamed to one of them only.
      if (tree.area === area && !this.#used.has(staged)) {
        this.#used.add(staged)
        return { area, path: staged }
      }
      return this.#linkOrCopy(this.space.staging(tree.area), staged, area, path)
    }
    const holder = tree.trees.find((one) => one.entry(place) !== undefined)
    if (holder === undefined) throw new Error(`${place} was saved and is not there`)
    return this.#linkOrCopy(holder, place, area, path)
  }

  #write(area: number, bytes: string): StagedName {
    const staged = this.space.nextMade(area)
    using file = this.space.staging(area).createFile(staged.path, 0o644)
    file.write(Buffer.from(bytes, 'latin1'))
    file.changeMode(0o644)
    return staged
  }

  /** Another name for a file that stays where it is; a copy where it cannot have one. */
  #linkOrCopy(from: TreeHandle, path: TreePath, area: number, place: TreePath): StagedName {
    const staging = this.space.staging(area)
    const entry = from.entry(path)
    const key = `${area} ${entry?.device} ${entry?.inode}`
    const copy = (entry?.links ?? 0) > 1 ? this.#copies.get(key) : undefined
    const staged = this.space.nextMade(area)
    const isShared = !isEditedInPlace(place)
    if (isShared && copy !== undefined && tryLink(staging, copy.path, staged.path, staging)) return staged
    if (isShared && tryLink(from, path, staged.path, staging)) return staged
    const refused = copyEntry(from, path, staging, staged.path)
    this.refusedXattrs.push(...refused.map((one) => ({ ...one, path: place })))
    this.#copies.set(key, staged)
    return staged
  }

  #save(area: number, path: TreePath): void {
    const saved = this.space.saved(area)
    this.#makeSavedDirectory(area, path)
    if (!tryLink(this.space.root, path, path, saved)) copyEntry(this.space.root, path, saved, path)
  }

  #makeSavedDirectory(area: number, path: TreePath): void {
    const parent = parentPath(path)
    const key = `${area} ${parent}`
    if (this.#savedDirectories.has(key)) return
    makeDirectories(this.space.saved(area), parent, 0o700)
    this.#savedDirectories.add(key)
  }
}

/** An edit must not reach what is kept under another name. */
function isEditedInPlace(path: TreePath): boolean {
  return path.startsWith('/etc/')
}

/** What link(2) says where it cannot, though nothing is wrong: another copy of the file does as well. */
const linkRefusals = ['EMLINK', 'EXDEV', 'EPERM', 'EOPNOTSUPP']

function tryLink(from: TreeHandle, path: TreePath, to: TreePath, target: TreeHandle): boolean {
  try {
    from.link(path, to, target)
    return true
  } catch (error) {
    if (linkRefusals.includes(causeCode(error) ?? '')) return false
    throw error
  }
}

function markOf({ inode, sizeBytes, mtimeMs, mode }: HandleEntry): FileMark {
  return { inode, sizeBytes, mtimeMs, mode }
}

/** Where a package is unpacked: below an area's staging directory. */
export function treePath(name: string): TreePath {
  return childPath(textTreePath('/tree'), textBytes(name))
}

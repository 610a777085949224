import { bytesText, joinPaths, parentPath, type TreePath } from '../model/tree-path.ts'
import type { FileMark, StagedName } from '../plan/root-change.ts'
import { copyEntry } from '../system/copy-entry.ts'
import { causeCode, failed } from '../system/failure.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import type { HandleEntry, TreeHandle } from '../system/tree-handle.ts'
import type { Origin } from './planned-tree.ts'
import { makeDirectories } from './state-directory.ts'
import type { TransactionSpace } from './transaction-space.ts'

/** A tree that files are taken from. */
export type StagedTree =
  /** An unpacked package: below `path` in an area's staging, and used up. */
  | { readonly kind: 'staging'; readonly area: number; readonly path: TreePath }
  /** Files that an earlier transaction saved, one tree for each area: they stay there. */
  | { readonly kind: 'saved'; readonly trees: readonly TreeHandle[] }

export interface StagedFile {
  readonly staged: StagedName
  readonly entry: HandleEntry
}

/** Stages single files of one transaction, and saves those that they replace. Everything throws `io-failed`. */
export class FileStager {
  readonly refusedXattrs: RefusedXattr[] = []
  /** Copies that were made, by area and the file that they are of: hard links stay such. */
  readonly #copies = new Map<string, StagedName>()
  readonly #now = Math.floor(Date.now() / 1000)
  /** Files of unpacked packages that are in use, and where they are now. */
  readonly #used = new Map<TreePath, TreePath>()
  readonly #savedDirectories = new Set<string>()

  constructor(
    readonly space: TransactionSpace,
    readonly trees: ReadonlyMap<string, StagedTree>,
  ) {}

  /** Stages the file that comes to `path`, in the area of that. */
  stage(origin: Origin, area: number, path: TreePath): StagedFile {
    const staged = this.#find(origin, area, path)
    const entry = this.space.staging(area).entry(staged.path)
    // A hook may have been at the unpacked package.
    if (entry === undefined || entry.kind === 'directory') {
      const reason = new Error('its file is not in the package any more')
      throw failed('install', this.space.root.directory + bytesText(path), reason)
    }
    return { staged, entry }
  }

  /** Where an unpacked package has it, if that is in `area` and can be taken from there. */
  unpackedPath(origin: Origin, area: number): TreePath | undefined {
    const tree =
      origin.kind === 'from' && origin.source.kind === 'staged' ? this.trees.get(origin.source.tree) : undefined
    if (tree?.kind !== 'staging' || tree.area !== area) return undefined
    const path = joinPaths(tree.path, origin.place)
    return this.#used.has(path) ? undefined : path
  }

  markUsed(origin: Origin): void {
    const tree =
      origin.kind === 'from' && origin.source.kind === 'staged' ? this.trees.get(origin.source.tree) : undefined
    if (tree?.kind !== 'staging') return
    const path = joinPaths(tree.path, origin.place)
    if (!this.#used.has(path)) this.#used.set(path, path)
  }

  /** Moves a staged file within its area's staging. */
  move({ area, path }: StagedName, to: TreePath): void {
    this.space.staging(area).rename(path, to)
    if (this.#used.has(path)) this.#used.set(path, to)
  }

  /** Gives the file at `path` another name, by which it stays when it is replaced. */
  save(area: number, path: TreePath): void {
    const saved = this.space.saved(area)
    this.makeSavedDirectory(area, path)
    if (!tryLink(this.space.root, path, path, saved)) copyEntry(this.space.root, path, saved, path)
  }

  /** Makes the directory that the file at `path` would be saved in. */
  makeSavedDirectory(area: number, path: TreePath): void {
    const parent = parentPath(path)
    const key = `${area} ${parent}`
    if (this.#savedDirectories.has(key)) return
    makeDirectories(this.space.saved(area), parent, 0o700)
    this.#savedDirectories.add(key)
  }

  #find(origin: Origin, area: number, path: TreePath): StagedName {
    if (origin.kind === 'written') return this.#write(area, origin.bytes)
    const { place, source } = origin
    if (source.kind === 'before') return this.#linkOrCopy(this.space.root, place, area, path)
    const tree = this.trees.get(source.tree)
    if (tree === undefined) throw new Error(`nothing is staged for ${source.tree}`)
    if (tree.kind === 'staging') {
      const unpacked = this.unpackedPath(origin, area)
      this.markUsed(origin)
      // One that comes to two places is renamed to one of them only.
      if (unpacked !== undefined) return { area, path: unpacked }
      const whole = joinPaths(tree.path, place)
      return this.#linkOrCopy(this.space.staging(tree.area), this.#used.get(whole) ?? whole, area, path)
    }
    const holder = tree.trees.find((one) => one.entry(place) !== undefined)
    if (holder === undefined) {
      const reason = new Error('it is not among the files that were saved: the history is damaged')
      throw failed('bring back', this.space.root.directory + bytesText(path), reason)
    }
    return this.#linkOrCopy(holder, place, area, path)
  }

  #write(area: number, bytes: string): StagedName {
    const staged = this.space.nextMade(area)
    using file = this.space.staging(area).createFile(staged.path, 0o644)
    file.write(Buffer.from(bytes, 'latin1'))
    file.changeMode(0o644)
    file.changeTimes(this.#now)
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
}

/** An edit must not reach what is kept under another name. */
function isEditedInPlace(path: TreePath): boolean {
  return path.startsWith('/etc/')
}

/** What link(2) says where it cannot, though nothing is wrong: a rename or a copy does as well. */
export const linkRefusals: readonly string[] = ['EMLINK', 'EXDEV', 'EPERM', 'EOPNOTSUPP']

function tryLink(from: TreeHandle, path: TreePath, to: TreePath, target: TreeHandle): boolean {
  try {
    from.link(path, to, target)
    return true
  } catch (error) {
    if (linkRefusals.includes(causeCode(error) ?? '')) return false
    throw error
  }
}

/** What tells later whether a file is as it came. */
export function markOf({ sizeBytes, mtimeMs, mode }: HandleEntry): FileMark {
  return { sizeBytes, mtimeMs, mode }
}

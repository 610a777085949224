import { joinPaths, type TreePath } from '../model/tree-path.ts'
import type { DirectoryMember, RootChange, StagedName } from '../plan/root-change.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import type { NetChange } from './net-changes.ts'
import { type FileStager, markOf } from './stage-files.ts'
import type { TransactionSpace } from './transaction-space.ts'

export type ComingChange = Extract<NetChange, { kind: 'make-directory' | 'place' }>
type NewDirectory = Extract<NetChange, { kind: 'make-directory' }>

export interface DirectoryContents {
  readonly top: NewDirectory
  /** What will be in it, at any depth, each directory before what is in it. */
  readonly members: readonly ComingChange[]
}

/**
 * Stages a directory that comes as a whole. Where it is just what a package was unpacked to, that is taken as it is; otherwise it is put
 * together from files of any origin. Throws `io-failed`.
 */
export function assembleDirectory(
  { top, members }: DirectoryContents,
  space: TransactionSpace,
  files: FileStager,
): RootChange {
  const area = space.areaOf(top.path)
  const staging = space.staging(area)
  const whole = findWhole({ top, members }, area, space, files)
  const staged = whole ?? assemble({ top, members }, area, space, files)
  const told = members.map(({ kind, path }): DirectoryMember => {
    if (kind === 'make-directory') return { kind: 'directory', path }
    const entry = staging.entry(within(staged, top, path))
    if (entry === undefined) throw new Error(`${path} was staged and is not there`)
    return { kind: 'file', path, mark: markOf(entry) }
  })
  return { kind: 'place-directory', path: top.path, staged, members: told }
}

function within({ path: staged }: StagedName, { path: top }: NewDirectory, path: TreePath): TreePath {
  return joinPaths(staged, path.slice(top.length) as TreePath)
}

/** The directory of an unpacked package that has exactly these members, with these modes. */
function findWhole(
  { top, members }: DirectoryContents,
  area: number,
  space: TransactionSpace,
  files: FileStager,
): StagedName | undefined {
  const first = members.find((one) => one.kind === 'place')
  const base = first?.kind === 'place' ? files.unpackedPath(first.origin, area) : undefined
  const rest = first?.path.slice(top.path.length) ?? ''
  if (base === undefined || !base.endsWith(rest)) return undefined
  const path = base.slice(0, base.length - rest.length) as TreePath
  const staged = { area, path }
  const tree = space.staging(area)
  const isAsWanted = (directory: NewDirectory): boolean => {
    const entry = tree.entry(within(staged, top, directory.path))
    return directory.owner === undefined && entry?.kind === 'directory' && entry.mode === directory.mode
  }
  const below = members.flatMap((one) => (one.kind === 'make-directory' ? [within(staged, top, one.path)] : []))
  const isWhole =
    isAsWanted(top) &&
    members.every((one) =>
      one.kind === 'make-directory'
        ? isAsWanted(one)
        : files.unpackedPath(one.origin, area) === within(staged, top, one.path),
    ) &&
    countNames(tree, [staged.path, ...below]) === members.length
  if (!isWhole) return undefined
  for (const one of members) if (one.kind === 'place') files.markUsed(one.origin)
  return staged
}

/** A name more than there are members is something that does not belong there. */
function countNames(tree: TreeHandle, directories: readonly TreePath[]): number {
  return directories.reduce((count, path) => count + tree.names(path).length, 0)
}

function assemble(
  { top, members }: DirectoryContents,
  area: number,
  space: TransactionSpace,
  files: FileStager,
): StagedName {
  const staging = space.staging(area)
  const target = space.nextMade(area)
  staging.makeDirectory(target.path, 0o700)
  for (const one of members) {
    const place = within(target, top, one.path)
    if (one.kind === 'make-directory') staging.makeDirectory(place, 0o700)
    else files.move(files.stage(one.origin, area, one.path).staged, place)
  }
  // Closed ones could not be filled.
  const directories = [top, ...members.flatMap((one) => (one.kind === 'make-directory' ? [one] : []))]
  for (const { path, mode, owner } of directories.reverse()) {
    const place = within(target, top, path)
    if (owner !== undefined && process.getuid?.() === 0) staging.changeOwner(place, owner.uid, owner.gid)
    if (mode !== 0o700) staging.changeMode(place, mode)
  }
  return target
}

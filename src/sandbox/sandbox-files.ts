import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { type SandboxFile, sandboxPathFault } from '../model/sandbox-file.ts'
import type { LandlockRule } from '../native/landlock.ts'
import { fileInfo, linkInfo, makeDirectory, makeEmptyFile, readLink, realPath, setMode } from '../system/files.ts'
import type { MountOperation } from './spec.ts'
import { mergePaths, type SysrootParts, topLevelEntries } from './sysroot.ts'

/**
 * Throws where one of `files` cannot be shown to builds: `sandbox-file-missing`, and `sandbox-file-refused` for what is
 * neither file nor directory, and for a writable one that has or is in one of the directories to `guard`.
 */
export function requireSandboxFiles(files: readonly SandboxFile[], guard: readonly string[]): void {
  for (const { path, isWritable } of files) {
    const kind = fileInfo(path)?.kind
    if (kind === undefined) throw new KithError('sandbox-file-missing', { path })
    if (kind === 'other')
      throw new KithError('sandbox-file-refused', { path, reason: 'it is neither a file nor a directory' })
    if (!isWritable) continue
    const real = realPath(path)
    const taken = guard.find((kept) => fileInfo(kept) !== undefined && overlap(real, realPath(kept)))
    if (taken !== undefined)
      throw new KithError('sandbox-file-refused', { path, reason: `builds may not write to "${taken}"` })
  }
}

function overlap(one: string, other: string): boolean {
  const isIn = (inner: string, outer: string): boolean => `${inner}/`.startsWith(outer === '/' ? '/' : `${outer}/`)
  return isIn(one, other) || isIn(other, one)
}

export interface SandboxFilesPlan {
  /** To be put on top of the sysroot's layers: the mount points that these lack. */
  readonly layers: readonly string[]
  /** To come after the sysroot's own. */
  readonly mounts: readonly MountOperation[]
  readonly landlock: readonly LandlockRule[]
}

/**
 * How `files` get into the sysroot of `parts`. Its directories are read-only and may be links: each is mounted where its path
 * leads in the sysroot, on what is there if that is of the same kind, and otherwise on a mount point made in the directory
 * `pointsLayer`. Throws `sandbox-file-refused` where a link in a layer leads to what the sandbox has of its own.
 */
export function planSandboxFiles(
  files: readonly SandboxFile[],
  parts: SysrootParts,
  pointsLayer: string,
): SandboxFilesPlan {
  const entries = topLevelEntries(parts)
  const points = new Map<string, Point>()
  const mounts: MountOperation[] = []
  const landlock: LandlockRule[] = []
  for (const { path, isWritable } of files) {
    const isDirectory = fileInfo(path)?.kind === 'directory'
    const place = locate(entries, path)
    const reason = place === undefined ? 'its path is a loop of links in the sysroot' : sandboxPathFault(place.path)
    if (place === undefined || reason !== undefined)
      throw new KithError('sandbox-file-refused', { path, reason: reason ?? '' })
    const isThere = place.kind === (isDirectory ? 'directory' : 'file')
    if (place.isMerged && !isThere) points.set(place.path, { ...place, isDirectory })
    mounts.push({ kind: 'bind', target: place.path, source: path, isWritable })
    if (isWritable) landlock.push({ path: place.path, access: isDirectory ? 'write' : 'write-file' })
  }
  if (points.size === 0) return { layers: [], mounts, landlock }
  makePoints([...points.values()], pointsLayer)
  return { layers: [pointsLayer], mounts, landlock }
}

interface Place {
  /** Where the path leads in the sysroot, through no symlink. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'other' | undefined
  /** Whether layers have its top-level directory, so that nothing can be made in it later. */
  readonly isMerged: boolean
  /** Modes of the directories above it that are there, from the top-level one on. */
  readonly modes: readonly number[]
}

/** Undefined where links lead in a circle. */
function locate(entries: ReadonlyMap<string, readonly string[]>, path: string, mostLinks = 40): Place | undefined {
  const [top = '', ...rest] = path.slice(1).split('/')
  const modes: number[] = []
  let candidates = entries.get(top) ?? []
  let here = `/${top}`
  for (const [index, next] of [...rest, undefined].entries()) {
    const merged = mergePaths(candidates)
    if (merged?.kind === 'symlink') {
      if (mostLinks === 0) return undefined
      const to = readLink(merged.path)
      const from = to.startsWith('/') ? to : join(here, '..', to)
      return locate(entries, join(from, ...rest.slice(index)).replace(/(?<=.)\/$/, ''), mostLinks - 1)
    }
    if (next === undefined || merged?.kind !== 'directory')
      return { path, kind: next === undefined ? merged?.kind : undefined, isMerged: entries.has(top), modes }
    modes.push(linkInfo(merged.paths[0] ?? '')?.mode ?? 0o755)
    candidates = merged.paths.map((directory) => join(directory, next))
    here = `${here}/${next}`
  }
  return undefined
}

interface Point extends Place {
  readonly isDirectory: boolean
}

/** The layer is the topmost: what it repeats of the directories above a point looks like the layers' own. */
function makePoints(points: readonly Point[], layer: string): void {
  const modes = new Map<string, number>()
  for (const point of points) {
    const place = join(layer, point.path)
    if (point.isDirectory) makeDirectory(place)
    else makeEmptyFile(place)
    const names = point.path.slice(1).split('/').slice(0, -1)
    for (const [index] of names.entries())
      modes.set(join(layer, ...names.slice(0, index + 1)), point.modes[index] ?? 0o755)
  }
  for (const [directory, mode] of [...modes].reverse()) setMode(directory, mode)
}

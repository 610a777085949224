import { dirname, join } from 'node:path'
import { type FileKind, linkInfo, readDirectory, readLink } from '../system/files.ts'
import type { MountOperation } from './spec.ts'

/** Top-level directories of the host that are its tools; `/etc` comes as a layer of selected files (host-etc.ts). */
const hostToolDirectories = ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'opt', 'sbin', 'usr']

/** Made by the sandbox itself, never taken from a layer. */
const ownDirectories = new Set(['dev', 'kith', 'proc', 'run', 'sys', 'tmp'])

export interface SysrootParts {
  /** Directories of the host, from top to bottom; each holds a part of the root (`usr/…`, `etc/…`). */
  readonly layers: readonly string[]
  /** Whether the host's own tools lie below them all. */
  readonly hasHostTools: boolean
}

/**
 * The mounts that put layers together to a root: one read-only overlay for each top-level directory, so that the host's
 * directories can take part without the mounts below them, with and without root. A plan: openSysroot makes what it needs.
 */
export function planSysroot(parts: SysrootParts): MountOperation[] {
  return [...topLevelEntries(parts)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, paths]) => planEntry(name, paths))
}

/** Where the layers and the host have each top-level name, from top to bottom. */
export function topLevelEntries({ layers, hasHostTools }: SysrootParts): ReadonlyMap<string, string[]> {
  const entries = new Map<string, string[]>()
  const add = (name: string, path: string): void => {
    if (!ownDirectories.has(name)) entries.set(name, [...(entries.get(name) ?? []), path])
  }
  for (const layer of layers) for (const name of readDirectory(layer) ?? []) add(name, join(layer, name))
  if (hasHostTools)
    for (const name of hostToolDirectories) if (linkInfo(`/${name}`) !== undefined) add(name, `/${name}`)
  return entries
}

function planEntry(name: string, paths: readonly string[]): MountOperation[] {
  const target = `/${name}`
  const merged = mergePaths(paths)
  switch (merged?.kind) {
    case 'directory':
      return [{ kind: 'overlay', target, lowers: merged.paths }]
    case 'symlink':
      return [{ kind: 'symlink', target, to: readLink(merged.path) }]
    case 'file':
      return [{ kind: 'bind', target, source: merged.path, isWritable: false }]
    case 'other':
    case undefined:
      return []
  }
}

type MergedEntry =
  | { readonly kind: 'directory'; readonly paths: readonly string[] }
  | { readonly kind: Exclude<FileKind, 'directory'>; readonly path: string }

/**
 * What is seen of the same name in several layers, as overlayfs has it: the topmost decides; a directory is merged with those
 * right below it, down to the first that is no directory. Undefined where none is there.
 */
export function mergePaths(paths: readonly string[]): MergedEntry | undefined {
  const found = paths.map((path) => ({ path, kind: linkInfo(path)?.kind })).filter(({ kind }) => kind !== undefined)
  const [top] = found
  if (top?.kind === undefined) return undefined
  if (top.kind !== 'directory') return { kind: top.kind, path: top.path }
  const end = found.findIndex(({ kind }) => kind !== 'directory')
  return { kind: 'directory', paths: (end < 0 ? found : found.slice(0, end)).map(({ path }) => path) }
}

/** What the topmost of `layers` that has something at `path` (`var/tmp`) has there. */
export function topmostKind(layers: readonly string[], path: string): FileKind | undefined {
  for (const layer of layers) {
    for (let above = path; above !== '.'; above = dirname(above))
      if (linkInfo(join(layer, above))?.kind === 'symlink') return 'symlink'
    const kind = linkInfo(join(layer, path))?.kind
    if (kind !== undefined) return kind
  }
  return undefined
}

/** Directories that are links to others in a root: what a layer has below them belongs behind the link. */
export interface DirectoryAlias {
  /** Without a leading slash: `lib64`. */
  readonly link: string
  /** Where it leads, without a leading slash: `usr/lib64`. */
  readonly target: string
}

/** The aliases of a merged /usr that `directory` (a root or a layer) has. */
export function findAliases(directory: string): DirectoryAlias[] {
  const candidates = ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'sbin', 'usr/lib64', 'usr/sbin']
  return candidates.flatMap((link) => {
    const path = join(directory, link)
    if (linkInfo(path)?.kind !== 'symlink') return []
    const to = readLink(path)
    const target = join(to.startsWith('/') ? '/' : join('/', link, '..'), to).slice(1)
    return target === '' || target === link ? [] : [{ link, target }]
  })
}

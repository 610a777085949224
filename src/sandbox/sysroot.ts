import { dirname, join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
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
  /** Top-level names that the caller mounts itself and no layer may have a say in. */
  readonly own?: readonly string[]
}

/** What overlayfs can merge (OVL_MAX_STACK in the kernel). */
const mostLayers = 500

/**
 * The mounts that put layers together to a root: one read-only overlay for each top-level directory, so that the host's
 * directories can take part without the mounts below them, with and without root. Throws `sandbox-too-many-layers`.
 */
export function planSysroot({ layers, hasHostTools, own = [] }: SysrootParts): MountOperation[] {
  const sources = new Map<string, string[]>()
  const add = (name: string, path: string): void => {
    if (!ownDirectories.has(name) && !own.includes(name)) sources.set(name, [...(sources.get(name) ?? []), path])
  }
  for (const layer of layers) for (const name of readDirectory(layer) ?? []) add(name, join(layer, name))
  if (hasHostTools)
    for (const name of hostToolDirectories) if (linkInfo(`/${name}`) !== undefined) add(name, `/${name}`)
  return [...sources]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, paths]) => planEntry(name, paths))
}

/** The topmost layer decides what the entry is; below a directory only directories count. */
function planEntry(name: string, paths: readonly string[]): MountOperation[] {
  const [top = ''] = paths
  const target = `/${name}`
  const kind = linkInfo(top)?.kind
  if (kind === 'symlink') return [{ kind: 'symlink', target, to: readLink(top) }]
  if (kind === 'directory') {
    const lowers = paths.filter((path) => linkInfo(path)?.kind === 'directory')
    if (lowers.length > mostLayers)
      throw new KithError('sandbox-too-many-layers', { directory: target, layers: lowers.length, most: mostLayers })
    return [{ kind: 'overlay', target, lowers }]
  }
  return kind === 'file' ? [{ kind: 'bind', target, source: top, isWritable: false }] : []
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

import type { Dependency } from '../model/depends.ts'
import { parseDepends } from '../model/depends.ts'
import type { ManifestEntry } from '../model/manifest.ts'
import { parseManifest } from '../model/manifest.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { ancestorPaths, bytesText, childPath, type TreePath, textTreePath } from '../model/tree-path.ts'
import { ensureLayer, type LayerSource } from '../sandbox/layers.ts'
import { type DirectoryAlias, findAliases } from '../sandbox/sysroot.ts'
import { readLatin1, readText } from '../system/files.ts'
import { treeEntry } from '../system/tree.ts'

/** Where the packages that a build may use come from. */
export interface PackageSupply {
  /** The tarball of a package that this run built or takes from the cache; undefined: look among the installed. */
  readonly artifactOf: (name: PackageName) => string | undefined
  readonly installed: ReadonlyMap<PackageName, SuppliedInstalled>
  readonly root: string
}

export interface SuppliedInstalled {
  readonly dependencies: readonly Dependency[]
  readonly manifest: () => readonly ManifestEntry[]
}

export interface SysrootPackages {
  readonly layers: readonly string[]
  readonly hasHostTools: boolean
  /** Of every package in the sysroot. */
  readonly libraries: readonly { readonly package: string; readonly path: string }[]
  readonly aliases: readonly DirectoryAlias[]
}

/** Package whose runtime closure is what every build gets, where it exists. */
export const basePackage = parsePackageName('base')

/**
 * The layers of a build: what `dependencies` names, make and runtime alike, and all that those need to run; below them the
 * runtime closure of `base`, or where that is not complete the host's own tools. A dependency that is nowhere is left out:
 * the plan made sure that there is none, unless the user forced it.
 */
export async function collectSysroot(
  dependencies: readonly Dependency[],
  supply: PackageSupply,
  layersDirectory: string,
): Promise<SysrootPackages> {
  const base = baseClosure(supply)
  const aliases = base === undefined ? findAliases('/') : baseAliases(base, supply.root)
  const collected = new Map<PackageName, LayerEntry & { readonly layer: string }>()
  const collect = async (name: PackageName, source: LayerSource): Promise<LayerEntry> => {
    const layer = await ensureLayer(source, aliases, layersDirectory)
    const entry = readLayerEntry(layer, name)
    collected.set(name, { layer, ...entry })
    return entry
  }
  const add = async (name: PackageName): Promise<void> => {
    const source = collected.has(name) ? undefined : findSource(name, supply)
    if (source === undefined) return
    const { dependencies: needed } = await collect(name, source)
    for (const dependency of needed) if (dependency.kind === 'run') await add(dependency.name)
  }
  for (const { name } of dependencies) await add(name)
  for (const [name, source] of base ?? []) if (!collected.has(name)) await collect(name, source)
  return {
    layers: [...new Set([...collected.values()].map(({ layer }) => layer))],
    hasHostTools: base === undefined,
    aliases,
    libraries: [...collected].flatMap(([name, { libraries }]) => libraries.map((path) => ({ package: name, path }))),
  }
}

/** The links to directories that base brings: what other packages have behind them goes where they lead. */
function baseAliases(base: ReadonlyMap<PackageName, LayerSource>, root: string): DirectoryAlias[] {
  const owned = new Set<string>()
  for (const source of base.values())
    if (source.kind === 'installed') for (const { path } of source.entries) owned.add(path)
  return findAliases(root === '' ? '/' : root).filter(({ link }) => owned.has(`/${link}`))
}

function findSource(name: PackageName, { artifactOf, installed, root }: PackageSupply): LayerSource | undefined {
  const file = artifactOf(name)
  if (file !== undefined) return { kind: 'artifact', name, file }
  const found = installed.get(name)
  return found === undefined ? undefined : { kind: 'installed', name, root, entries: found.manifest() }
}

/**
 * The sources of base and its runtime closure; undefined where base or a part of it is not installed, or where there is no
 * shell among them: a package that is only called base.
 */
function baseClosure(supply: PackageSupply): ReadonlyMap<PackageName, LayerSource> | undefined {
  const sources = new Map<PackageName, LayerSource>()
  const queue = [basePackage]
  for (const name of queue) {
    if (sources.has(name)) continue
    const found = supply.installed.get(name)
    if (found === undefined) return undefined
    sources.set(name, { kind: 'installed', name, root: supply.root, entries: found.manifest() })
    for (const { name: dependency, kind } of found.dependencies) if (kind === 'run') queue.push(dependency)
  }
  const isShell = (path: string): boolean => path === '/bin/sh' || path === '/usr/bin/sh'
  const hasShell = [...sources.values()].some(
    (source) => source.kind === 'installed' && source.entries.some(({ path }) => isShell(path)),
  )
  return hasShell ? sources : undefined
}

interface LayerEntry {
  readonly dependencies: readonly Dependency[]
  /** Paths of shared libraries. */
  readonly libraries: readonly string[]
}

/** What a layer's database entry says. The layer was built by anybody: no link in it is followed. */
function readLayerEntry(layer: string, name: PackageName): LayerEntry {
  const entry = textTreePath(`/var/db/kiss/installed/${name}`)
  const isPlain = (path: TreePath): boolean =>
    ancestorPaths(path).every((above) => treeEntry(layer, above)?.kind === 'directory') &&
    treeEntry(layer, path)?.kind === 'file'
  const depends = childPath(entry, 'depends')
  const manifest = childPath(entry, 'manifest')
  const entries = isPlain(manifest) ? parseManifest(readLatin1(layer + manifest)).entries : []
  return {
    dependencies: isPlain(depends) ? parseDepends(readText(layer + depends), layer + depends).dependencies : [],
    libraries: entries
      .filter(({ path, isDirectory }) => !isDirectory && path.includes('.so'))
      .map(({ path }) => bytesText(path)),
  }
}

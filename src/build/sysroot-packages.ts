import type { Dependency } from '../model/depends.ts'
import type { ManifestEntry } from '../model/manifest.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText } from '../model/tree-path.ts'
import { ensureLayer, type LayerSource } from '../sandbox/layers.ts'
import { type DirectoryAlias, findAliases } from '../sandbox/sysroot.ts'
import { formerLibraries, loadBase } from './base-packages.ts'
import { type LayerEntry, readLayerEntry } from './layer-entry.ts'

/** Where the packages that a build may use come from. */
export interface PackageSupply {
  /** The tarball of a package that this run built or takes from the cache; undefined: look among the installed. */
  readonly artifactOf: (name: PackageName) => string | undefined
  /** The tarball in the cache of what the repositories have under that name, for base where it is not installed. */
  readonly builtOf: (name: PackageName) => string | undefined
  readonly installed: ReadonlyMap<PackageName, SuppliedInstalled>
  /**
   * Installed packages of which this run has newer ones: programs of a base that were linked with their libraries still run beside
   * the new ones.
   */
  readonly former?: ReadonlyMap<PackageName, SuppliedInstalled> | undefined
  /** The package that stands in for a name which nothing has. */
  readonly providerOf?: ((name: PackageName) => PackageName) | undefined
  readonly root: string
}

export interface SuppliedInstalled {
  readonly dependencies: readonly Dependency[]
  readonly manifest: () => readonly ManifestEntry[]
}

export interface SysrootPackages {
  readonly layers: readonly string[]
  readonly hasHostTools: boolean
  /** Names of every package in the sysroot. */
  readonly packages: readonly string[]
  /** Of every package in the sysroot. */
  readonly libraries: readonly { readonly package: string; readonly path: string }[]
  readonly aliases: readonly DirectoryAlias[]
}

/**
 * The layers of a build: what `dependencies` names, make and runtime alike, and all that those need to run; below them the
 * runtime closure of `base`, or where that is not complete (or not wanted) the host's own tools. A dependency that is nowhere is left out:
 * the plan made sure that there is none, unless the user forced it.
 */
export async function collectSysroot(
  dependencies: readonly Dependency[],
  supply: PackageSupply,
  layersDirectory: string,
  { usesHostTools = false }: { readonly usesHostTools?: boolean } = {},
): Promise<SysrootPackages> {
  const base = usesHostTools ? undefined : await loadBase(supply, layersDirectory)
  const aliases = base?.aliases ?? findAliases('/')
  const collected = new Map<PackageName, LayerEntry & { readonly layer: string }>()
  const collect = async (name: PackageName, source: LayerSource): Promise<LayerEntry> => {
    const layer = await ensureLayer(source, aliases, layersDirectory)
    const entry = readLayerEntry(layer, name)
    collected.set(name, { layer, ...entry })
    return entry
  }
  const add = async (wanted: PackageName): Promise<void> => {
    const name = hasSource(wanted, supply) ? wanted : (supply.providerOf?.(wanted) ?? wanted)
    const source = collected.has(name) ? undefined : findSource(name, supply)
    if (source === undefined) return
    const { dependencies: needed } = await collect(name, source)
    for (const dependency of needed) if (dependency.kind === 'run') await add(dependency.name)
  }
  for (const { name } of dependencies) await add(name)
  for (const [name, source] of base?.sources ?? []) if (!collected.has(name)) await collect(name, source)
  const below = base === undefined ? [] : formerLibraries(base, supply)
  const former = await Promise.all(below.map((source) => ensureLayer(source, aliases, layersDirectory)))
  return {
    layers: [...new Set([...[...collected.values()].map(({ layer }) => layer), ...former])],
    hasHostTools: base === undefined,
    packages: [...collected.keys()],
    aliases,
    libraries: [...collected].flatMap(([name, { paths }]) =>
      paths.filter((path) => path.includes('.so')).map((path) => ({ package: name, path: bytesText(path) })),
    ),
  }
}

function hasSource(name: PackageName, { artifactOf, installed }: PackageSupply): boolean {
  return artifactOf(name) !== undefined || installed.has(name)
}

function findSource(name: PackageName, { artifactOf, installed, root }: PackageSupply): LayerSource | undefined {
  const file = artifactOf(name)
  if (file !== undefined) return { kind: 'artifact', name, file }
  const found = installed.get(name)
  return found === undefined ? undefined : { kind: 'installed', name, root, entries: found.manifest() }
}

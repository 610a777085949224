import { join } from 'node:path'
import type { Dependency } from '../model/depends.ts'
import { parseDepends } from '../model/depends.ts'
import type { ManifestEntry } from '../model/manifest.ts'
import { parseManifest } from '../model/manifest.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText } from '../model/tree-path.ts'
import { ensureLayer, type LayerSource } from '../sandbox/layers.ts'
import { type DirectoryAlias, findAliases } from '../sandbox/sysroot.ts'
import { isFile, readLatin1, readText } from '../system/files.ts'

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
export const basePackage = 'base'

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
  const collected = new Map<PackageName, { layer: string; paths: readonly string[] }>()
  const base = baseClosure(supply)
  const baseLayers: string[] = []
  for (const source of base ?? []) baseLayers.push(await ensureLayer(source, [], layersDirectory))
  const aliases = base === undefined ? findAliases('/') : baseLayers.flatMap((layer) => findAliases(layer))
  const add = async (name: PackageName): Promise<void> => {
    if (collected.has(name)) return
    const source = findSource(name, supply)
    if (source === undefined) return
    const layer = await ensureLayer(source, aliases, layersDirectory)
    const entry = readLayerEntry(layer, name)
    collected.set(name, { layer, paths: entry.paths })
    for (const dependency of entry.dependencies) if (dependency.kind === 'run') await add(dependency.name)
  }
  for (const { name } of dependencies) await add(name)
  for (const source of base ?? []) await addBase(source, aliases, layersDirectory, collected)
  return {
    layers: [...new Set([...collected.values()].map(({ layer }) => layer))],
    hasHostTools: base === undefined,
    aliases,
    libraries: [...collected].flatMap(([name, { paths }]) => paths.map((path) => ({ package: name, path }))),
  }
}

async function addBase(
  source: LayerSource,
  aliases: readonly DirectoryAlias[],
  layersDirectory: string,
  collected: Map<PackageName, { layer: string; paths: readonly string[] }>,
): Promise<void> {
  const name = source.name as PackageName
  if (collected.has(name)) return
  const layer = await ensureLayer(source, aliases, layersDirectory)
  collected.set(name, { layer, paths: readLayerEntry(layer, name).paths })
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
function baseClosure(supply: PackageSupply): LayerSource[] | undefined {
  const sources = new Map<string, LayerSource>()
  const queue = [basePackage as PackageName]
  for (const name of queue) {
    if (sources.has(name)) continue
    const found = supply.installed.get(name)
    const source = found === undefined ? undefined : findSource(name, { ...supply, artifactOf: () => undefined })
    if (found === undefined || source === undefined) return undefined
    sources.set(name, source)
    for (const { name: dependency, kind } of found.dependencies) if (kind === 'run') queue.push(dependency)
  }
  const isShell = (path: string): boolean => path === '/bin/sh' || path === '/usr/bin/sh'
  const hasShell = [...sources.values()].some(
    (source) => source.kind === 'installed' && source.entries.some(({ path }) => isShell(path)),
  )
  return hasShell ? [...sources.values()] : undefined
}

/** What a layer's database entry says: runtime dependencies as they were detected, and where its shared libraries are. */
function readLayerEntry(layer: string, name: PackageName): { dependencies: readonly Dependency[]; paths: string[] } {
  const entry = join(layer, 'var/db/kiss/installed', name)
  const dependsFile = join(entry, 'depends')
  const manifestFile = join(entry, 'manifest')
  const manifest = isFile(manifestFile) ? parseManifest(readLatin1(manifestFile)).entries : []
  return {
    dependencies: isFile(dependsFile) ? parseDepends(readText(dependsFile), dependsFile).dependencies : [],
    paths: manifest
      .filter(({ path, isDirectory }) => !isDirectory && path.includes('.so'))
      .map(({ path }) => bytesText(path)),
  }
}

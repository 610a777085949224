import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { ancestorPaths } from '../model/tree-path.ts'
import { ensureLayer, type LayerSource } from '../sandbox/layers.ts'
import { type DirectoryAlias, findAliases } from '../sandbox/sysroot.ts'
import { readLayerEntry } from './layer-entry.ts'
import type { PackageSupply } from './sysroot-packages.ts'

/** Package whose runtime closure is what every build gets, where it exists. */
export const basePackage = parsePackageName('base')

export interface BasePackages {
  readonly sources: ReadonlyMap<PackageName, LayerSource>
  /** Links to directories that base brings: what other packages have behind them goes where they lead. */
  readonly aliases: readonly DirectoryAlias[]
}

interface Member {
  readonly source: LayerSource
  readonly needs: readonly PackageName[]
  readonly paths: readonly string[]
  readonly aliases: readonly DirectoryAlias[]
}

/**
 * `base` and all that it needs to run, installed or, where it is not installed, built and in the cache. Undefined where a part
 * is neither, or where there is no shell among them: a package that is only called base.
 */
export async function loadBase(supply: PackageSupply, layersDirectory: string): Promise<BasePackages | undefined> {
  const members = new Map<PackageName, Member>()
  const queue = [basePackage]
  for (const wanted of queue) {
    if (members.has(wanted)) continue
    const find = async (name: PackageName): Promise<Member | undefined> =>
      members.get(name) ?? installedMember(name, supply) ?? (await builtMember(name, supply, layersDirectory))
    const own = await find(wanted)
    const name = own === undefined ? (supply.providerOf?.(wanted) ?? wanted) : wanted
    const member = own ?? (name === wanted ? undefined : await find(name))
    if (member === undefined) return undefined
    if (!members.has(name)) queue.push(...member.needs)
    members.set(name, member)
  }
  const all = [...members.values()]
  if (!all.some(({ paths }) => paths.includes('/bin/sh') || paths.includes('/usr/bin/sh'))) return undefined
  return {
    sources: new Map([...members].map(([name, { source }]) => [name, source])),
    aliases: all.flatMap(({ aliases }) => aliases),
  }
}

/**
 * The shared libraries of packages of a base that newer ones have taken the place of, without what a linker looks for: until a program of
 * the base is rebuilt, it needs them.
 */
export function formerLibraries(
  { sources }: Pick<BasePackages, 'sources'>,
  { former, root }: Pick<PackageSupply, 'former' | 'root'>,
): Extract<LayerSource, { kind: 'installed' }>[] {
  return [...(former ?? [])].flatMap(([name, { manifest }]) => {
    if (!sources.has(name)) return []
    const all = manifest()
    const files = all.filter(({ path, isDirectory }) => !isDirectory && /\.so\.[^/]+$/s.test(path))
    const above = new Set(files.flatMap(({ path }) => ancestorPaths(path)))
    const entries = [...all.filter(({ path, isDirectory }) => isDirectory && above.has(path)), ...files]
    return files.length === 0 ? [] : [{ kind: 'installed', name, root, entries }]
  })
}

function installedMember(name: PackageName, { installed, root }: PackageSupply): Member | undefined {
  const found = installed.get(name)
  if (found === undefined) return undefined
  const entries = found.manifest()
  const paths = entries.map(({ path }) => path)
  const needs = found.dependencies.filter(({ kind }) => kind === 'run').map((dependency) => dependency.name)
  const owned = new Set<string>(paths)
  const aliases = findAliases(root === '' ? '/' : root).filter(({ link }) => owned.has(`/${link}`))
  return { source: { kind: 'installed', name, root, entries }, needs, paths, aliases }
}

async function builtMember(
  name: PackageName,
  { builtOf }: PackageSupply,
  layersDirectory: string,
): Promise<Member | undefined> {
  const file = builtOf(name)
  if (file === undefined) return undefined
  const source = { kind: 'artifact', name, file } as const
  // Its links are only known once it is unpacked as it is.
  const layer = await ensureLayer(source, [], layersDirectory)
  const { dependencies, paths } = readLayerEntry(layer, name)
  const needs = dependencies.filter(({ kind }) => kind === 'run').map((dependency) => dependency.name)
  return { source, needs, paths, aliases: findAliases(layer) }
}

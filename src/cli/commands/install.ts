import { resolve } from 'node:path'
import { findArtifact } from '../../build/artifact-cache.ts'
import { KithError } from '../../errors/kith-error.ts'
import { parseArtifactName } from '../../model/artifact-name.ts'
import type { PackageName } from '../../model/package-name.ts'
import { orderByDependency } from '../../plan/order-by-dependency.ts'
import { loadRecipes } from '../../recipe/load-recipes.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import type { Command, Invocation } from '../command.ts'
import { dependenciesIn } from '../dependencies-in.ts'
import { installArtifacts } from '../install-artifacts.ts'
import { requireReading } from '../load-recipes.ts'
import { openWorkspace, parseArgument } from '../workspace.ts'

/** Installs built packages, named or given as tarballs, in order of dependence, with what they need to run. */
export const install: Command = async (invocation) => {
  const { arguments: words, config } = invocation
  const tarballs = new Map<PackageName, string>()
  const plainWords = words.filter((word) => {
    const fileName = word.slice(word.lastIndexOf('/') + 1)
    const name = word.includes('.tar.') ? parseArtifactName(fileName)?.name : undefined
    if (name !== undefined) tarballs.set(name, resolve(word))
    return name === undefined
  })
  const named = words.length > 0 && plainWords.length === 0 ? [] : plainWords
  const workspace = openWorkspace(
    words.length === 0 ? [] : named.length === 0 ? [...tarballs.keys()] : named,
    config,
    process.cwd(),
  )
  const names = [...new Set([...workspace.names, ...tarballs.keys()].map(parseArgument))]
  const all = withRuntimeClosure(names, tarballs, workspace.repositories, invocation)
  const order = orderByDependency(all, dependenciesIn(all, workspace.repositories))
  const artifacts = requireArtifacts(order, tarballs, workspace.repositories, invocation)
  return await installArtifacts(artifacts, invocation)
}

/** The names and every package they need to run that is not installed but built already. */
function withRuntimeClosure(
  names: readonly PackageName[],
  tarballs: ReadonlyMap<PackageName, string>,
  repositories: readonly string[],
  { config }: Pick<Invocation, 'config'>,
): PackageName[] {
  if (config.isForced) return [...names]
  const readings = loadRecipes(names, repositories)
  const installed = loadInstalled(config.root)
  const wanted = new Set(names)
  for (const name of wanted)
    for (const dependency of readings.get(name)?.dependencies ?? []) {
      const recipe = readings.get(dependency.name)?.recipe
      if (dependency.kind === 'make' || installed.has(dependency.name) || recipe === undefined) continue
      const artifact = findArtifact(config.cacheDirectory, recipe.name, recipe.version, config.compression)
      if (artifact !== undefined || tarballs.has(dependency.name)) wanted.add(dependency.name)
    }
  return [...wanted]
}

/** Throws `recipe-not-found`, or `not-built` with every package that has no tarball. */
function requireArtifacts(
  names: readonly PackageName[],
  tarballs: ReadonlyMap<PackageName, string>,
  repositories: readonly string[],
  { config }: Pick<Invocation, 'config'>,
): string[] {
  const readings = loadRecipes(names, repositories)
  const missing: PackageName[] = []
  const artifacts = names.flatMap((name) => {
    const given = tarballs.get(name)
    if (given !== undefined) return [given]
    const { version } = requireReading(name, readings, repositories)
    const artifact = version && findArtifact(config.cacheDirectory, name, version, config.compression)
    if (artifact === undefined) missing.push(name)
    return artifact === undefined ? [] : [artifact]
  })
  if (missing.length > 0) throw new KithError('not-built', { names: missing })
  return artifacts
}

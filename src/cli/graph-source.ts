import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Version } from '../model/version.ts'
import { type PackageGraph, withProviders } from '../plan/package-graph.ts'
import { findProvidingRecipes } from '../recipe/find-providers.ts'
import { firstOfEachName, listRecipes, readListedVersion } from '../recipe/list-recipes.ts'
import { databasePath, type InstalledPackages, loadInstalled } from '../store/installed-database.ts'
import type { Invocation } from './command.ts'
import { installedGraph } from './installed-named.ts'
import { once } from './once.ts'

/** What a question about who needs whom is asked of. */
export interface GraphSource {
  readonly kind: 'installed' | 'repositories'
  readonly graph: PackageGraph
  readonly installed: InstalledPackages
  /** Undefined where it cannot be read. */
  readonly versionOf: (name: PackageName) => Version | undefined
}

/**
 * What is installed; the recipes (of each name the first, installed ones last) with --repo, where a name is not installed, and
 * where nothing is. Throws `recipe-not-found` for a name that is neither.
 */
export function chooseGraph(
  { config, options }: Pick<Invocation, 'config' | 'options'>,
  names: readonly PackageName[],
): GraphSource {
  const installed = loadInstalled(config.root)
  const isInstalled = installed.size > 0 && names.every((name) => installed.has(name))
  if (isInstalled && !options.has('--repo'))
    return {
      kind: 'installed',
      graph: installedGraph(installed, config.root),
      installed,
      versionOf: (name) => installed.get(name)?.version,
    }
  const repositories = [...config.repositories, config.root + databasePath]
  const recipes = firstOfEachName(listRecipes(repositories))
  const unknown = names.find((name) => !recipes.has(name))
  if (unknown !== undefined) throw new KithError('recipe-not-found', { name: unknown, searched: repositories })
  const graph = new Map([...recipes].map(([name, { dependencies }]) => [name, dependencies]))
  const providing = once(() => findProvidingRecipes(repositories))
  return {
    kind: 'repositories',
    graph: withProviders(
      graph,
      (name) =>
        providing()
          .get(name)
          ?.map((one) => one.name) ?? [],
    ),
    installed,
    versionOf(name) {
      const recipe = recipes.get(name)
      return recipe && readListedVersion(recipe)
    },
  }
}

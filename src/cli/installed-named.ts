import { basename } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { type PackageGraph, withProviders } from '../plan/package-graph.ts'
import { type InstalledPackage, type InstalledPackages, loadInstalled } from '../store/installed-database.ts'
import { openInstalledProviders } from '../store/installed-providers.ts'
import { diskTree } from '../system/tree-view.ts'
import type { Invocation } from './command.ts'
import { parseArgument } from './workspace.ts'

/** The names of the command line; without any, that of the current directory. Throws `invalid-argument`. */
export function namedPackages(words: readonly string[]): PackageName[] {
  return (words.length > 0 ? words : [basename(process.cwd())]).map(parseArgument)
}

/** The installed packages that the command line names. Throws `invalid-argument`, `not-installed`. */
export function requireInstalled({
  arguments: words,
  config,
}: Pick<Invocation, 'arguments' | 'config'>): InstalledPackage[] {
  const names = namedPackages(words)
  const installed = loadInstalled(config.root)
  return names.map((name) => {
    const found = installed.get(name)
    if (found === undefined) throw new KithError('not-installed', { name })
    return found
  })
}

/** Who needs whom among what is installed: a name that a package needs and nothing has is what provides it. */
export function installedGraph(installed: InstalledPackages, root: string): PackageGraph {
  const graph = new Map([...installed].map(([name, { dependencies }]) => [name, dependencies]))
  return withProviders(graph, openInstalledProviders(installed, { root, tree: diskTree(root) }))
}

import type { PackageName } from '../model/package-name.ts'
import { systemPackages } from './orphans.ts'
import { closureOf, type PackageGraph } from './package-graph.ts'

/**
 * Packages that came as dependencies (`automatic`) and that nothing which was asked for needs to run any more, however far, circles
 * included; the base system is needed. In the order of the graph.
 */
export function findUnneeded(installed: PackageGraph, automatic: ReadonlySet<PackageName>): PackageName[] {
  const system = systemPackages(installed)
  const roots = [...installed.keys()].filter((name) => !automatic.has(name) || system.has(name))
  const needed = closureOf(installed, roots, 'run')
  return [...installed.keys()].filter((name) => !needed.has(name))
}

/** `names`, and of what they need to run what came as a dependency and nothing else needs. In the order of the graph. */
export function planRecursiveRemoval(
  installed: PackageGraph,
  names: readonly PackageName[],
  automatic: ReadonlySet<PackageName>,
): PackageName[] {
  const system = systemPackages(installed)
  const named = new Set(names)
  const candidates = closureOf(installed, names, 'run')
  const goes = (name: PackageName): boolean =>
    named.has(name) || (candidates.has(name) && automatic.has(name) && !system.has(name))
  const needed = closureOf(
    installed,
    [...installed.keys()].filter((name) => !goes(name)),
    'run',
  )
  return [...installed.keys()].filter((name) => named.has(name) || !needed.has(name))
}

import { KithError } from '../errors/kith-error.ts'
import { findExclusiveClashes, type ProvidingPackage } from '../plan/exclusive-names.ts'
import type { TreeView } from '../system/tree-view.ts'
import type { InstalledPackages } from './installed-database.ts'
import { readProvides } from './installed-providers.ts'

/** Throws `provides-exclusive` where a package that comes brings a name that only one may have, and another has or brings it. */
export function requireNoClash(
  packages: readonly ProvidingPackage[],
  installed: InstalledPackages,
  tree: TreeView,
): void {
  const coming = new Set(packages.map(({ name }) => name))
  const staying = [...installed.values()].filter(({ name }) => !coming.has(name))
  const all = [...staying.map((one) => ({ name: one.name, provides: readProvides(one, tree) })), ...packages]
  for (const { name, holders } of findExclusiveClashes(all)) {
    const first = holders.find((one) => coming.has(one))
    if (first === undefined) continue
    const others = holders.filter((one) => one !== first)
    const isInstalled = others.some((one) => !coming.has(one))
    throw new KithError('provides-exclusive', { package: first, name, others, isInstalled })
  }
}

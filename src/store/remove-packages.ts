import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText } from '../model/tree-path.ts'
import { findBroken } from '../plan/dependents.ts'
import { orderByDependency } from '../plan/order-by-dependency.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { diskTree } from '../system/tree-view.ts'
import { listChoices } from './alternatives.ts'
import { applyTransaction, type PreviewedChange, previewTransaction } from './apply-transaction.ts'
import type { RemoveSettings } from './install-settings.ts'
import {
  databasePath,
  type InstalledPackage,
  type InstalledPackages,
  loadInstalled,
  readManifest,
} from './installed-database.ts'
import { openInstalledProviders } from './installed-providers.ts'
import { runPackageScript } from './package-script.ts'
import { readRemovalState } from './package-state.ts'
import { planRemoval } from './plan-removal.ts'
import { requireGoingOn } from './require-going-on.ts'
import { withReserve } from './reserve.ts'
import { withSpace } from './transaction-space.ts'

/**
 * Removes installed packages from a root that the caller has locked, those first that need the others: all their pre-remove
 * scripts and hooks run, then all are removed; edited /etc files stay. Gives whether all scripts were well. Throws before
 * anything is removed: `not-installed`, unless forced `has-dependents` and `leaves-alternatives`, `database-invalid`,
 * `hook-failed`, `interrupted`; and `io-failed`.
 */
export async function removePackages(
  names: readonly PackageName[],
  settings: RemoveSettings,
  context: Context,
): Promise<boolean> {
  const { root } = settings
  const { order, removed } = checkRemoval(names, settings)
  // Planned is after the scripts, which may change the root; what cannot be read is told before.
  const tree = diskTree(root)
  for (const { entry } of removed) readRemovalState(tree, entry, settings.isForced)
  const isWell = await prepareRemoval(order, settings, context)
  const transaction = await planRemoval(order, settings)
  requireGoingOn(context.signal)
  await withReserve(root, () => withSpace(root, (space) => applyTransaction(transaction, space, { command: 'remove' })))
  for (const { package: name, keptEtc } of transaction.changes) {
    for (const path of keptEtc)
      context.emit({ kind: 'etc-kept', package: name, path: bytesText(path), outcome: 'not-removed' })
    context.emit({ kind: 'removed', package: name })
  }
  return isWell
}

/** What removePackages would do, if scripts and hooks change nothing. Throws what it throws before it runs any of them. */
export async function previewRemoval(
  names: readonly PackageName[],
  settings: Omit<RemoveSettings, 'environment'>,
): Promise<PreviewedChange[]> {
  const { order } = checkRemoval(names, settings)
  const transaction = await planRemoval(order, settings)
  return previewTransaction(transaction, { root: settings.root, views: new Map() })
}

function checkRemoval(
  names: readonly PackageName[],
  { root, isForced }: Omit<RemoveSettings, 'environment'>,
): { readonly order: readonly PackageName[]; readonly removed: readonly InstalledPackage[] } {
  const installed = loadInstalled(root)
  const provided = openInstalledProviders(installed, { root, tree: diskTree(root) })
  const holderOf = (name: PackageName): PackageName => (installed.has(name) ? name : (provided(name)[0] ?? name))
  const needed = orderByDependency(names, (name) => installed.get(name)?.dependencies.map((one) => holderOf(one.name)))
  const order = needed.reverse()
  const removed = order.map((name) => requireInstalled(name, installed))
  if (!isForced) {
    for (const { name } of removed) checkDependents(name, { going: new Set(order), installed, provided })
    checkAlternatives(removed, root)
  }
  return { order, removed }
}

/** Every pre-remove script and hook; the packages are all there while they run. */
async function prepareRemoval(
  order: readonly PackageName[],
  { root, environment }: RemoveSettings,
  context: Context,
): Promise<boolean> {
  let isWell = true
  for (const name of order) {
    requireGoingOn(context.signal)
    const outcome = await runPackageScript('pre-remove', name, { root, environment }, context)
    isWell &&= outcome === 'none' || outcome === 0
    await context.hooks.run('pre-remove', [name, join(root || '/', databasePath, name)])
  }
  return isWell
}

function requireInstalled(name: PackageName, installed: InstalledPackages): InstalledPackage {
  const found = installed.get(name)
  if (found === undefined) throw new KithError('not-installed', { name })
  return found
}

interface Removal {
  readonly going: ReadonlySet<PackageName>
  readonly installed: InstalledPackages
  /** Installed packages that provide a name. */
  readonly provided: (name: PackageName) => readonly PackageName[]
}

function checkDependents(name: PackageName, { going, installed, provided }: Removal): void {
  const holdersOf = (needed: PackageName): readonly PackageName[] => [
    ...(installed.has(needed) ? [needed] : []),
    // Whoever has the name itself stays: no more need be known.
    ...(installed.has(needed) && !going.has(needed) ? [] : provided(needed)),
  ]
  const broken = findBroken(going, installed.values(), holdersOf).filter(({ holders }) => holders.includes(name))
  const dependents = [...new Set(broken.map((one) => one.name))]
  const names = [...new Set(broken.map(({ needs }) => needs).filter((needs) => needs !== name))]
  if (dependents.length > 0) throw new KithError('has-dependents', { package: name, dependents, provided: names })
}

/** A file for which a package that stays has a choice must be swapped first. */
function checkAlternatives(removed: readonly InstalledPackage[], root: string): void {
  const going = new Set(removed.map(({ name }) => name))
  const choices = listChoices(root).filter((choice) => !going.has(choice.package))
  if (choices.length === 0) return
  const tree = diskTree(root)
  const physical = new PhysicalPaths(tree)
  const chosen = new Set(choices.map(({ path }) => physical.place(path)))
  for (const { name, entry } of removed) {
    const files = readManifest(tree, entry).filter(({ isDirectory }) => !isDirectory)
    const orphaned = files.map(({ path }) => path).filter((path) => chosen.has(physical.place(path)))
    if (orphaned.length > 0)
      throw new KithError('leaves-alternatives', { package: name, paths: orphaned.map(bytesText) })
  }
}

import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText } from '../model/tree-path.ts'
import { orderByDependency } from '../plan/order-by-dependency.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { listChoices } from './alternatives.ts'
import type { InstallSettings } from './install-package.ts'
import { requireGoingOn } from './install-packages.ts'
import { type InstalledPackage, loadInstalled, readManifest } from './installed-database.ts'
import { removePackage } from './remove-package.ts'

/**
 * Removes installed packages from a root that the caller has locked, those first that need the others. Gives whether all
 * their scripts were well. Throws `not-installed`, and unless forced `has-dependents` and `leaves-alternatives`, before
 * anything is changed.
 */
export async function removePackages(
  names: readonly PackageName[],
  settings: Omit<InstallSettings, 'refusesConflicts'>,
  context: Context,
): Promise<boolean> {
  const installed = loadInstalled(settings.root)
  const order = orderByDependency(names, (name) => installed.get(name)?.dependencies.map((one) => one.name))
  const removed = order.reverse().map((name) => requireInstalled(name, installed))
  if (!settings.isForced) {
    for (const { name } of removed) checkDependents(name, order, installed)
    checkAlternatives(removed, settings.root)
  }
  let isWell = true
  for (const one of removed) {
    requireGoingOn(context.signal)
    isWell = (await removePackage(one, settings, context)) && isWell
  }
  return isWell
}

function requireInstalled(name: PackageName, installed: ReadonlyMap<PackageName, InstalledPackage>): InstalledPackage {
  const found = installed.get(name)
  if (found === undefined) throw new KithError('not-installed', { name })
  return found
}

function checkDependents(
  name: PackageName,
  going: readonly PackageName[],
  installed: ReadonlyMap<PackageName, InstalledPackage>,
): void {
  const dependents = [...installed.values()]
    .filter(({ dependencies }) => dependencies.some((one) => one.name === name && one.kind === 'run'))
    .map((dependent) => dependent.name)
    .filter((dependent) => !going.includes(dependent))
  if (dependents.length > 0) throw new KithError('has-dependents', { package: name, dependents })
}

/** A file for which a package that stays has a choice must be swapped first. */
function checkAlternatives(removed: readonly InstalledPackage[], root: string): void {
  const going = new Set(removed.map(({ name }) => name))
  const choices = listChoices(root).filter((choice) => !going.has(choice.package))
  if (choices.length === 0) return
  const physical = new PhysicalPaths(root)
  const chosen = new Set(choices.map(({ path }) => physical.place(path)))
  for (const { name, directory } of removed) {
    const files = readManifest(directory).filter(({ isDirectory }) => !isDirectory)
    const orphaned = files.map(({ path }) => path).filter((path) => chosen.has(physical.place(path)))
    if (orphaned.length > 0)
      throw new KithError('leaves-alternatives', { package: name, paths: orphaned.map(bytesText) })
  }
}

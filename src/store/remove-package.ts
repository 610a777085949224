import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { choicesDirectory, parseChoiceName } from '../model/choice-name.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, textTreePath } from '../model/tree-path.ts'
import { planObsolete } from '../plan/install-transaction.ts'
import { isDirectory } from '../system/files.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { treeNames } from '../system/tree.ts'
import { applyTransaction } from './apply.ts'
import { gatherOldEntries } from './install-facts.ts'
import type { InstallSettings } from './install-package.ts'
import { databasePath, type InstalledPackage, loadInstalled } from './installed-database.ts'
import { runPackageScript } from './package-script.ts'
import { readPackageState } from './package-state.ts'

/**
 * Removes one installed package from a root that the caller has locked: its pre-remove script, then its files, deepest
 * first; edited /etc files stay. Throws `not-installed`, `has-dependents`, `leaves-alternatives` before anything changes
 * (the last two not when forced). Gives whether the script was well.
 */
export async function removePackage(name: PackageName, settings: InstallSettings, context: Context): Promise<boolean> {
  const { root } = settings
  const installed = loadInstalled(root)
  const found = installed.get(name)
  if (found === undefined) throw new KithError('not-installed', { name })
  const state = readPackageState(found.directory, root)
  if (!settings.isForced) {
    checkDependents(name, installed)
    checkAlternatives(
      name,
      state.entries.map(({ path }) => path),
      root,
    )
  }
  const wasWell = await runPackageScript('pre-remove', name, root, settings.environment, context)
  await context.hooks.run('pre-remove', [name, join(root || '/', databasePath, name)])
  const { operations, keptEtc } = planObsolete(await gatherOldEntries(state, new PhysicalPaths(root)), new Set())
  applyTransaction({ package: name, operations }, root, root)
  for (const path of keptEtc)
    context.emit({ kind: 'etc-kept', package: name, path: bytesText(path), outcome: 'not-removed' })
  context.emit({ kind: 'removed', package: name })
  return wasWell
}

function checkDependents(name: PackageName, installed: ReadonlyMap<PackageName, InstalledPackage>): void {
  const dependents = [...installed.values()]
    .filter(({ dependencies }) => dependencies.some((one) => one.name === name && one.kind === 'run'))
    .map((dependent) => dependent.name)
  if (dependents.length > 0) throw new KithError('has-dependents', { package: name, dependents })
}

/** A file of this package for which another package has a choice must be swapped first. */
function checkAlternatives(name: PackageName, paths: readonly string[], root: string): void {
  if (!isDirectory(join(root || '/', choicesDirectory))) return
  const choices = treeNames(root, textTreePath(choicesDirectory)).flatMap((fileName) => parseChoiceName(fileName) ?? [])
  const chosen = new Set<string>(choices.filter((choice) => choice.package !== name).map((choice) => choice.path))
  const orphaned = paths.filter((path) => chosen.has(path))
  if (orphaned.length > 0) throw new KithError('leaves-alternatives', { package: name, paths: orphaned.map(bytesText) })
}

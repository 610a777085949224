import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { choiceFault } from '../model/choice-name.ts'
import { printManifest } from '../model/manifest.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, type TreePath, textTreePath } from '../model/tree-path.ts'
import { versionLabel } from '../model/version.ts'
import { choicePath, findConflicts } from '../plan/conflicts.ts'
import { planInstall } from '../plan/install-transaction.ts'
import { writeFileAtomic } from '../system/files.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { treeEntry } from '../system/tree.ts'
import { placeFile } from '../system/tree-changes.ts'
import { applyTransaction } from './apply.ts'
import { gatherInstallFacts } from './install-facts.ts'
import { databasePath, loadInstalled } from './installed-database.ts'
import { findOwners } from './owners.ts'
import { runPackageScript } from './package-script.ts'
import { emptyState, type PackageState, readPackageState } from './package-state.ts'
import { type StagedPackage, stageArtifact } from './staging.ts'

export interface InstallSettings {
  readonly root: string
  readonly isForced: boolean
  readonly refusesConflicts: boolean
  /** For package scripts. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Installs one artifact into a root, which the caller has locked: staged beside the database, checked, planned, applied,
 * then its post-install script. Gives whether the script was well; whatever stands against the installation is thrown
 * before anything is changed.
 */
export async function installPackage(artifact: string, settings: InstallSettings, context: Context): Promise<boolean> {
  const { root } = settings
  using staged = await stageArtifact(artifact, root, settings.isForced)
  const { name, version } = staged.name
  const installed = loadInstalled(root)
  if (!settings.isForced) checkDependencies(name, staged, installed)
  await context.hooks.run('pre-install', [name, staged.directory])
  context.emit({ kind: 'install-started', package: name, artifact })
  const physical = new PhysicalPaths(root)
  const places = new Map(staged.state.entries.map(({ path }) => [path, physical.place(path)]))
  const owners = findOwners(new Set(places.values()), installed.values(), physical, name)
  const state = resolveConflicts(staged, places, owners, settings, context)
  const previous = installed.get(name)
  const oldState = previous === undefined ? emptyState : readPackageState(previous.directory, root)
  const facts = await gatherInstallFacts({ package: name, directory: staged.directory, state, oldState, physical })
  const plan = planInstall(facts)
  if (plan.blocked.length > 0) {
    const blocked = plan.blocked.map(({ path, reason }) => ({ path: bytesText(path), reason }))
    throw new KithError('path-blocked', { package: name, blocked })
  }
  applyTransaction(plan.transaction, root, staged.directory)
  for (const path of plan.besideEtc)
    context.emit({ kind: 'etc-kept', package: name, path: bytesText(path), outcome: 'saved-new' })
  for (const path of plan.keptEtc)
    context.emit({ kind: 'etc-kept', package: name, path: bytesText(path), outcome: 'not-removed' })
  const wasWell = await runPackageScript('post-install', name, root, settings.environment, context)
  await context.hooks.run('post-install', [name, join(root || '/', databasePath, name)])
  const files = state.entries.filter(({ isDirectory }) => !isDirectory).length
  context.emit({ kind: 'installed', package: name, version: versionLabel(version), files })
  return wasWell
}

function checkDependencies(
  name: PackageName,
  staged: StagedPackage,
  installed: ReadonlyMap<PackageName, unknown>,
): void {
  const needed = staged.dependencies.filter(({ kind }) => kind === 'run').map((dependency) => dependency.name)
  const missing = needed.filter((dependency) => !installed.has(dependency))
  if (missing.length > 0) throw new KithError('dependencies-not-installed', { package: name, missing })
}

/** Files that another package has become choices of this one, in the staged tree and in its manifest. */
function resolveConflicts(
  staged: StagedPackage,
  places: ReadonlyMap<TreePath, TreePath>,
  owners: ReadonlyMap<TreePath, PackageName>,
  settings: InstallSettings,
  context: Pick<Context, 'emit'>,
): PackageState {
  const { name } = staged.name
  const files = staged.state.entries.filter(({ isDirectory }) => !isDirectory).map(({ path }) => path)
  const conflicts = findConflicts(files, places, owners)
  if (conflicts.length === 0) return staged.state
  const isInDatabase = ({ path }: { path: TreePath }): boolean => path.startsWith(`${databasePath}/`)
  const isImpossible = conflicts.some(
    (one) => isInDatabase(one) || choiceFault({ package: name, path: placeOf(one.path, places) }) !== undefined,
  )
  if (settings.refusesConflicts || isImpossible) {
    const told = conflicts.map(({ path, owner }) => ({ path: bytesText(path), owner }))
    throw new KithError('file-conflict', {
      package: name,
      conflicts: told,
      isRefusedBySetting: settings.refusesConflicts,
    })
  }
  const moved = new Map(conflicts.map(({ path }) => [path, choicePath(name, placeOf(path, places))]))
  for (const { path, owner } of conflicts)
    context.emit({ kind: 'conflict-found', package: name, path: bytesText(path), owner })
  for (const [path, choice] of moved) placeFile(staged.directory, path, staged.directory, choice)
  const directories = ['/var', '/var/db', '/var/db/kiss', '/var/db/kiss/choices'].map(textTreePath)
  const entries = [
    ...staged.state.entries.map((entry) => ({ ...entry, path: moved.get(entry.path) ?? entry.path })),
    ...directories.map((path) => ({ path, isDirectory: true })),
  ]
  const kept = entries.filter(({ path }) => treeEntry(staged.directory, path) !== undefined)
  writeFileAtomic(join(staged.entry, 'manifest'), Buffer.from(printManifest(kept), 'latin1'))
  return readPackageState(staged.entry, staged.directory)
}

function placeOf(path: TreePath, places: ReadonlyMap<TreePath, TreePath>): TreePath {
  return places.get(path) ?? path
}

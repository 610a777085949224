import { isKithError, KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, textTreePath } from '../model/tree-path.ts'
import {
  type Conflict,
  choiceDirectories,
  findConflicts,
  planChoices,
  printManifestWithChoices,
} from '../plan/conflicts.ts'
import { type InstallPlan, planInstall } from '../plan/install-transaction.ts'
import type { InstallChange, Operation } from '../plan/transaction.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { diskTree, type TreeView } from '../system/tree-view.ts'
import { gatherInstallFacts } from './install-facts.ts'
import type { InstallSettings } from './install-settings.ts'
import { databasePath, hasManifest, readInstalled } from './installed-database.ts'
import { findOwners } from './owners.ts'
import { emptyState, type PackageState, readPackageState } from './package-state.ts'
import { type PlacedStagedEntry, physicalPathsFor, placeEntries } from './placed-entries.ts'
import type { StagedPackage } from './staging.ts'

export interface PackagePlan {
  readonly change: InstallChange
  readonly operations: readonly Operation[]
}

/**
 * What it takes to install a staged package into `root`, a root as it is or as other packages of the command will leave it.
 * Changes nothing; throws `file-conflict`, `files-collide`, `path-blocked`, `not-a-package`, `database-invalid`.
 */
export async function planPackage(
  staged: StagedPackage,
  root: TreeView,
  settings: Pick<InstallSettings, 'isForced' | 'refusesConflicts'>,
): Promise<PackagePlan> {
  const { name } = staged
  const oldState = readOldState(name, root, settings)
  const physical = physicalPathsFor(staged, oldState, root)
  const entries = placeEntries(staged, physical)
  const conflicts = resolveConflicts(name, entries, { physical, ...settings })
  const choices = planChoices(name, conflicts)
  const hasChoices = choices.length > 0
  const holders = hasChoices
    ? choiceDirectories().map((path) => ({ path, place: physical.place(path), isDirectory: true, mode: 0o755 }))
    : []
  const known = new Set(entries.map(({ path }) => path))
  const facts = await gatherInstallFacts({
    package: name,
    entry: physical.place(textTreePath(`${databasePath}/${name}`)),
    staged: diskTree(staged.directory),
    entries: [...entries, ...holders.filter(({ path }) => !known.has(path))],
    choices,
    manifest: hasChoices ? printManifestWithChoices(entries, choices) : undefined,
    oldState,
    physical,
  })
  const { operations, besideEtc, keptEtc } = requireClear(name, planInstall(facts))
  const change: InstallChange = {
    kind: 'install',
    package: name,
    version: staged.version,
    artifact: staged.artifact,
    files: staged.entries.filter(({ isDirectory }) => !isDirectory).length,
    conflicts: conflicts.map(({ path, owner }) => ({ path, owner })),
    besideEtc,
    keptEtc,
  }
  return { change, operations }
}

/** An entry without manifest is what an interrupted first installation leaves: then nothing is known to be old. */
export function readOldState(
  name: PackageName,
  root: TreeView,
  { isForced }: Pick<InstallSettings, 'isForced'>,
): PackageState {
  const entry = new PhysicalPaths(root).target(textTreePath(`${databasePath}/${name}`))
  if (!hasManifest(root, entry)) return emptyState
  try {
    return readPackageState(root, entry)
  } catch (error) {
    if (!isForced || !isKithError(error, 'database-invalid')) throw error
    return emptyState
  }
}

interface ConflictScene {
  readonly physical: PhysicalPaths
  readonly refusesConflicts: boolean
}

/** Files that another package has, all of which can become choices. Throws `file-conflict`, `database-invalid`. */
function resolveConflicts(
  name: PackageName,
  entries: readonly PlacedStagedEntry[],
  { physical, refusesConflicts }: ConflictScene,
): Conflict[] {
  const places = new Set(entries.filter(({ isDirectory }) => !isDirectory).map(({ place }) => place))
  const others = [...readInstalled(physical.tree).values()].filter((one) => one.name !== name)
  const conflicts = findConflicts(name, entries, findOwners(places, others, physical))
  if (!conflicts.some(({ fault }) => refusesConflicts || fault !== undefined)) return conflicts
  const told = conflicts.map(({ path, owner, fault }) => ({ path: bytesText(path), owner, fault }))
  throw new KithError('file-conflict', { package: name, conflicts: told, isRefusedBySetting: refusesConflicts })
}

/** Throws `files-collide`, `path-blocked`. */
function requireClear(name: PackageName, plan: InstallPlan): InstallPlan {
  if (plan.collisions.length > 0) {
    const collisions = plan.collisions.map(({ place, paths }) => ({
      place: bytesText(place),
      paths: paths.map(bytesText),
    }))
    throw new KithError('files-collide', { package: name, collisions })
  }
  if (plan.blocked.length > 0) {
    const blocked = plan.blocked.map(({ path, reason }) => ({ path: bytesText(path), reason }))
    throw new KithError('path-blocked', { package: name, blocked })
  }
  return plan
}

import { isKithError, KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { bytesText, textTreePath } from '../model/tree-path.ts'
import {
  type Conflict,
  choiceDirectories,
  findConflicts,
  planChoices,
  printManifestWithChoices,
} from '../plan/conflicts.ts'
import { type InstallPlan, planInstall } from '../plan/install-transaction.ts'
import type { PhysicalPaths } from '../system/physical-paths.ts'
import { gatherInstallFacts } from './install-facts.ts'
import type { InstallSettings } from './install-package.ts'
import { databasePath, hasManifest, type InstalledPackage, loadInstalled } from './installed-database.ts'
import { findOwners } from './owners.ts'
import { emptyState, type PackageState, readPackageState } from './package-state.ts'
import { type PlacedStagedEntry, physicalPathsFor, placeEntries } from './placed-entries.ts'
import type { StagedPackage } from './staging.ts'

/**
 * What it takes to install a staged package into the root as it is now. Conflicts that become choices are told as events.
 * Changes nothing; throws `file-conflict`, `files-collide`, `path-blocked`, `not-a-package`, `database-invalid`.
 */
export async function planPackage(
  staged: StagedPackage,
  settings: InstallSettings,
  context: Pick<Context, 'emit'>,
): Promise<InstallPlan> {
  const { root } = settings
  const { name, directory } = staged
  const installed = loadInstalled(root)
  const oldState = readOldState(installed.get(name), settings)
  const physical = physicalPathsFor(staged, oldState, root)
  const entries = placeEntries(staged, physical)
  const conflicts = resolveConflicts(staged, { entries, installed, physical }, settings)
  const choices = planChoices(name, conflicts)
  const hasChoices = choices.length > 0
  const holders = hasChoices
    ? choiceDirectories().map((path) => ({ path, place: physical.place(path), isDirectory: true, mode: 0o755 }))
    : []
  const known = new Set(entries.map(({ path }) => path))
  const facts = await gatherInstallFacts({
    package: name,
    entry: physical.place(textTreePath(`${databasePath}/${name}`)),
    directory,
    entries: [...entries, ...holders.filter(({ path }) => !known.has(path))],
    choices,
    manifest: hasChoices ? printManifestWithChoices(entries, choices) : undefined,
    oldState,
    physical,
  })
  const plan = requireClear(planInstall(facts))
  for (const { path, owner } of conflicts)
    context.emit({ kind: 'conflict-found', package: name, path: bytesText(path), owner })
  return plan
}

/** An entry without manifest is what an interrupted first installation leaves: then nothing is known to be old. */
export function readOldState(
  previous: InstalledPackage | undefined,
  { root, isForced }: Pick<InstallSettings, 'root' | 'isForced'>,
): PackageState {
  if (previous === undefined || !hasManifest(previous.directory)) return emptyState
  try {
    return readPackageState(previous.directory, root)
  } catch (error) {
    if (!isForced || !isKithError(error, 'database-invalid')) throw error
    return emptyState
  }
}

interface ConflictScene {
  readonly entries: readonly PlacedStagedEntry[]
  readonly installed: ReadonlyMap<string, InstalledPackage>
  readonly physical: PhysicalPaths
}

/** Files that another package has, all of which can become choices. Throws `file-conflict`, `database-invalid`. */
function resolveConflicts(
  { name }: StagedPackage,
  { entries, installed, physical }: ConflictScene,
  { refusesConflicts }: InstallSettings,
): Conflict[] {
  const places = new Set(entries.filter(({ isDirectory }) => !isDirectory).map(({ place }) => place))
  const others = [...installed.values()].filter((one) => one.name !== name)
  const conflicts = findConflicts(name, entries, findOwners(places, others, physical))
  if (!conflicts.some(({ fault }) => refusesConflicts || fault !== undefined)) return conflicts
  const told = conflicts.map(({ path, owner, fault }) => ({ path: bytesText(path), owner, fault }))
  throw new KithError('file-conflict', { package: name, conflicts: told, isRefusedBySetting: refusesConflicts })
}

/** Throws `files-collide`, `path-blocked`. */
function requireClear(plan: InstallPlan): InstallPlan {
  const name = plan.transaction.package
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

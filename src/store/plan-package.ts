import { isKithError, KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, type TreePath, textTreePath } from '../model/tree-path.ts'
import {
  type ChoiceMove,
  type Conflict,
  choiceDirectories,
  findConflicts,
  planChoices,
  printManifestWithChoices,
} from '../plan/conflicts.ts'
import { type InstallPlan, planInstall } from '../plan/install-transaction.ts'
import { type InstallChange, type Mark, manifestPath, type Operation } from '../plan/transaction.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { diskTree, type TreeView } from '../system/tree-view.ts'
import { gatherInstallFacts } from './install-facts.ts'
import type { InstallSettings } from './install-settings.ts'
import { databasePath, hasManifest, readInstalled } from './installed-database.ts'
import { markOfPackage, planMark } from './marks.ts'
import { findOwners } from './owners.ts'
import { planFacts } from './package-facts.ts'
import { planOffers } from './package-offers.ts'
import { scriptNames } from './package-script.ts'
import { emptyState, isBelowEtc, type PackageState, readPackageState } from './package-state.ts'
import { type PlacedStagedEntry, physicalPathsFor, placeEntries } from './placed-entries.ts'
import type { StagedContent } from './staged-content.ts'
import type { StagedPackage } from './staging.ts'
import { findUntracked, planAdoption } from './untracked.ts'

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
  settings: Pick<InstallSettings, 'isForced' | 'refusesConflicts' | 'adopts' | 'explicit'>,
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
  const stagedTree = diskTree(staged.directory)
  const manifest = hasChoices ? printManifestWithChoices(entries, choices) : undefined
  const facts = await gatherInstallFacts({
    package: name,
    entry: physical.place(textTreePath(`${databasePath}/${name}`)),
    staged: stagedTree,
    entries: [...entries, ...holders.filter(({ path }) => !known.has(path))],
    choices,
    manifest,
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
    hasScript: hasPostInstall(name, staged),
    conflicts: conflicts.map(({ path, owner }) => ({ path, owner })),
    besideEtc,
    keptEtc,
  }
  const untracked = await findUntracked({ entries, choices, contents: staged.contents, oldState, physical })
  // Another tool that was interrupted leaves files which nothing lists, and an entry without a manifest.
  const wasInterrupted = root.entry(facts.entry)?.kind === 'directory' && !hasManifest(root, facts.entry)
  if (untracked.length > 0 && !settings.adopts && !settings.isForced && !wasInterrupted)
    throw new KithError('untracked-files', { package: name, paths: untracked.map(bytesText) })
  const adoption = settings.adopts ? planAdoption(untracked, root) : []
  const mark = markOf(name, root, settings)
  const kept = { name, mark, staged, stagedTree, entries, choices, manifest, besideEtc, root }
  return { change, operations: [...adoption, ...operations, ...planKeptFacts(kept)] }
}

function hasPostInstall(name: PackageName, { entries }: StagedPackage): boolean {
  const scripts = scriptNames['post-install'].map((file) => textTreePath(`${databasePath}/${name}/${file}`))
  return entries.some(({ path, isDirectory }) => !isDirectory && scripts.includes(path))
}

/** A package that is installed already keeps its mark where it was not asked for. */
function markOf(name: PackageName, root: TreeView, { explicit }: Pick<InstallSettings, 'explicit'>): Mark {
  if (explicit === undefined || explicit.has(name)) return 'explicit'
  const entry = new PhysicalPaths(root).target(textTreePath(`${databasePath}/${name}`))
  return hasManifest(root, entry) ? markOfPackage({ name, entry }, root) : 'automatic'
}

interface KeptInput {
  readonly name: PackageName
  readonly mark: Mark
  readonly staged: StagedPackage
  readonly stagedTree: TreeView
  readonly entries: readonly PlacedStagedEntry[]
  readonly choices: readonly ChoiceMove[]
  readonly manifest: string | undefined
  readonly besideEtc: readonly TreePath[]
  readonly root: TreeView
}

/** What kith keeps of the package beside the KISS database. */
function planKeptFacts({
  name,
  mark,
  staged,
  stagedTree,
  entries,
  choices,
  manifest,
  besideEtc,
  root,
}: KeptInput): Operation[] {
  const choiceOf = new Map(choices.map(({ path, choice }) => [path, choice]))
  const own = manifestPath(textTreePath(`${databasePath}/${name}`))
  const contents = new Map<TreePath, StagedContent>()
  const etcFiles = new Map<TreePath, string>()
  for (const { path, place } of entries) {
    const content = staged.contents.get(path)
    if (content === undefined || path === own) continue
    contents.set(choiceOf.get(path) ?? path, content)
    const isKept = content.kind === 'file' && content.sizeBytes <= mostEtcBytes && isBelowEtc(path)
    if (isKept) etcFiles.set(place, stagedTree.bytes(path))
  }
  const text = manifest ?? stagedTree.bytes(own)
  // A file that becomes a choice is not found where the package would have it: what is offered is looked up then.
  const offers = choices.length > 0 ? [] : [planOffers({ name, offers: staged.offers, manifest: text }, root)]
  const others = [...offers, ...planMark({ name, mark, manifest: text }, root)]
  return planFacts({ name, contents, manifest: text, etcFiles, besideEtc: new Set(besideEtc), tree: root, others })
}

/** A larger one is no text that anybody merges. */
const mostEtcBytes = 1 << 18

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

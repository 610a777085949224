import type { PackageName } from '../model/package-name.ts'
import { ancestorPaths, baseName, childPath, parentPath, type TreePath, treePathFault } from '../model/tree-path.ts'
import type { PlacedEntry } from './conflicts.ts'
import { decideEtcFile, type EtcSums } from './etc-decision.ts'
import { type OldEntry, planObsolete, removalOf } from './obsolete.ts'
import { type Collision, findCollisions } from './place-collisions.ts'
import { type FoundEntry, isWithin, manifestPath, type Operation } from './transaction.ts'

/** One entry of the incoming package. Directories above an entry are entries too. */
export interface IncomingEntry extends PlacedEntry {
  /** Where the staged tree has it. */
  readonly staged: TreePath
  readonly mode: number
  /** Given for files below /etc. */
  readonly etc?: EtcSums | undefined
}

export interface InstallFacts {
  readonly package: PackageName
  /** Where the package's database entry will be. */
  readonly entry: TreePath
  readonly incoming: readonly IncomingEntry[]
  /** What the installed version has; empty for a first installation. */
  readonly old: readonly OldEntry[]
  /** What the root has at the places of `incoming`, and where new /etc files may go beside old ones. */
  readonly found: ReadonlyMap<TreePath, FoundEntry>
  /** For each directory that a file or link shall replace: every place below it on the disk. */
  readonly below: ReadonlyMap<TreePath, readonly Pick<OldEntry, 'place' | 'isDirectory'>[]>
  /** Directories among the old ones that other packages have, too. */
  readonly shared?: ReadonlySet<TreePath> | undefined
  /** Written instead of the staged manifest: bytes as latin1. */
  readonly manifest?: string | undefined
}

/**
 * `directory`: one is where a file or link shall go. `file`: the other way round. `beside`: the new version of an edited /etc
 * file cannot be put beside it. None of them is the package's own to replace.
 */
export interface BlockedPlace {
  readonly path: TreePath
  readonly reason: 'directory' | 'file' | 'beside'
}

export interface InstallPlan {
  readonly operations: readonly Operation[]
  readonly blocked: readonly BlockedPlace[]
  /** Entries of the package that cannot all be, since they come to the same place. */
  readonly collisions: readonly Collision[]
  /** /etc files whose new version goes beside the system's. */
  readonly besideEtc: readonly TreePath[]
  /** Obsolete /etc files that stay, because they were edited. */
  readonly keptEtc: readonly TreePath[]
}

/** What becomes of one entry. `turned`: a directory of the package becomes a file or link. */
interface EntryPlan {
  readonly operations: readonly Operation[]
  readonly blocked?: BlockedPlace['reason']
  readonly isTurned?: boolean
  readonly isBeside?: boolean
}

interface PlannedEntry extends EntryPlan {
  readonly entry: IncomingEntry
}

interface Planner extends InstallFacts {
  readonly oldAt: ReadonlyMap<TreePath, OldEntry>
  readonly newPlaces: ReadonlySet<TreePath>
}

/**
 * What to do to put a package in place of what is there. First new directories and files, each by replacement; then
 * directories that become files or links; then removal of what is obsolete, judged by where things really are; at last the
 * database entry, its manifest at the very end. So no file is missing in between, none that was just installed goes, and an
 * interrupted installation can be repeated. Not to be carried out when `blocked` or `collisions` is not empty.
 */
export function planInstall(facts: InstallFacts): InstallPlan {
  const oldAt = new Map(facts.old.map((one) => [one.place, one]))
  const newPlaces = new Set(facts.incoming.map(({ place }) => place))
  const planner: Planner = { ...facts, oldAt, newPlaces }
  const ascending = [...facts.incoming].sort((one, other) => (one.place < other.place ? -1 : 1))
  const plans = ascending.map((entry) => ({ entry, ...planEntry(entry, planner) }))
  const operationsOf = (stage: Stage): Operation[] =>
    plans.filter((one) => stageOf(one, facts.entry) === stage).flatMap((one) => one.operations)
  const kept = facts.incoming.flatMap(
    ({ place, isDirectory }) => (isDirectory && facts.found.get(place)?.leadsTo) || [],
  )
  const obsolete = planObsolete({
    old: withoutTurned(facts.old, plans),
    entry: facts.entry,
    needed: new Set([...newPlaces, ...kept, ...(facts.shared ?? [])]),
  })
  const operations = [
    ...operationsOf('plain'),
    ...operationsOf('turned'),
    ...obsolete.operations,
    ...operationsOf('database'),
    ...operationsOf('manifest'),
  ]
  return {
    operations,
    blocked: plans.flatMap(({ entry, blocked }) => (blocked ? [{ path: entry.place, reason: blocked }] : [])),
    collisions: findCollisions(facts.incoming),
    besideEtc: plans.filter(({ isBeside }) => isBeside).map(({ entry }) => entry.place),
    keptEtc: obsolete.keptEtc,
  }
}

type Stage = 'plain' | 'turned' | 'database' | 'manifest'

function stageOf({ entry: { place }, isTurned }: PlannedEntry, databaseEntry: TreePath): Stage {
  if (isTurned === true) return 'turned'
  if (place === manifestPath(databaseEntry)) return 'manifest'
  return isWithin(place, databaseEntry) ? 'database' : 'plain'
}

/** What was in a turned directory went with it; the same path may now lead, through the new link, to a new file. */
function withoutTurned(old: readonly OldEntry[], plans: readonly PlannedEntry[]): readonly OldEntry[] {
  const turned = new Set(plans.filter(({ isTurned }) => isTurned).map(({ entry }) => entry.place))
  if (turned.size === 0) return old
  return old.filter(({ place }) => ![place, ...ancestorPaths(place)].some((one) => turned.has(one)))
}

function planEntry(entry: IncomingEntry, planner: Planner): EntryPlan {
  return entry.isDirectory ? planDirectory(entry, planner) : planFile(entry, planner)
}

/** A link to a directory is as good as a directory: it stays, and what is below goes where it leads. */
function planDirectory({ place, mode }: IncomingEntry, { found, oldAt }: Planner): EntryPlan {
  const present = found.get(place)
  if (present?.kind === 'directory' || present?.leadsTo !== undefined) return { operations: [] }
  const make: Operation = { kind: 'make-directory', path: place, mode }
  if (present === undefined) return { operations: [make] }
  const own = oldAt.get(place)
  if (own === undefined || own.isDirectory || own.isEdited) return { operations: [], blocked: 'file' }
  return { operations: [{ kind: 'remove', path: place }, make] }
}

function planFile(entry: IncomingEntry, planner: Planner): EntryPlan {
  const { place, etc } = entry
  const decision = etc === undefined ? 'install' : decideEtcFile(etc)
  if (decision === 'keep') return { operations: [] }
  if (planner.found.get(place)?.kind === 'directory') return turnDirectory(entry, planner)
  if (decision === 'install') return { operations: [placement(entry, planner)] }
  const path = besidePath(place)
  if (path === undefined || planner.newPlaces.has(path) || planner.found.get(path)?.kind === 'directory')
    return { operations: [], blocked: 'beside' }
  return { operations: [placeAt(path, entry, planner)], isBeside: true }
}

function placement(incoming: IncomingEntry, planner: Planner): Operation {
  const { place } = incoming
  const { entry, manifest } = planner
  if (manifest !== undefined && place === manifestPath(entry)) return { kind: 'write', path: place, bytes: manifest }
  return placeAt(place, incoming, planner)
}

function placeAt(path: TreePath, { staged }: IncomingEntry, planner: Planner): Operation {
  return { kind: 'place', staged: { tree: planner.package, path: staged }, path }
}

/** Where the new version of an edited /etc file goes; undefined where the name would be too long. */
export function besidePath(path: TreePath): TreePath | undefined {
  const name = `${baseName(path)}.new`
  return treePathFault(`/${name}`) === undefined ? childPath(parentPath(path), name) : undefined
}

/** Empties a directory that becomes a file or link: only one that holds nothing but the package's own unedited old files. */
function turnDirectory(entry: IncomingEntry, planner: Planner): EntryPlan {
  const below = planner.below.get(entry.place) ?? []
  const isOwn = (place: TreePath): boolean => planner.oldAt.get(place)?.isEdited === false
  if (!isOwn(entry.place) || !below.every(({ place }) => isOwn(place) && !planner.newPlaces.has(place)))
    return { operations: [], blocked: 'directory' }
  const descending = [...below].sort((one, other) => (one.place < other.place ? 1 : -1))
  const clearing = [...descending, { place: entry.place, isDirectory: true }].map(removalOf)
  return { operations: [...clearing, placement(entry, planner)], isTurned: true }
}

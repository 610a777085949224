import type { PackageName } from '../model/package-name.ts'
import type { TreePath } from '../model/tree-path.ts'
import type { ChoiceMove } from '../plan/conflicts.ts'
import { besidePath, type IncomingEntry, type InstallFacts } from '../plan/install-transaction.ts'
import type { OldEntry } from '../plan/obsolete.ts'
import type { FoundEntry } from '../plan/transaction.ts'
import type { PhysicalPaths } from '../system/physical-paths.ts'
import { type TreeView, walkView } from '../system/tree-view.ts'
import { readInstalled } from './installed-database.ts'
import { findDirectoriesOf } from './owners.ts'
import { etcSum, isBelowEtc, linkSum, type PackageState, sumAlgorithm } from './package-state.ts'
import type { PlacedStagedEntry } from './placed-entries.ts'

export interface FactsInput {
  readonly package: PackageName
  /** Place of the package's database entry. */
  readonly entry: TreePath
  /** The staged tree. */
  readonly staged: TreeView
  readonly entries: readonly PlacedStagedEntry[]
  readonly choices: readonly ChoiceMove[]
  /** Manifest to be written instead of the staged one. */
  readonly manifest: string | undefined
  readonly oldState: PackageState
  readonly physical: PhysicalPaths
}

/** Looks at the root, as it is or will be, and the staged tree: everything planInstall needs to know. Changes nothing. */
export async function gatherInstallFacts(input: FactsInput): Promise<InstallFacts> {
  const { physical, oldState, entry, manifest } = input
  const choiceOf = new Map(input.choices.map(({ path, choice }) => [path, choice]))
  const incoming: IncomingEntry[] = []
  const found = new Map<TreePath, FoundEntry>()
  const below = new Map<TreePath, Pick<OldEntry, 'place' | 'isDirectory'>[]>()
  for (const one of input.entries) {
    const path = choiceOf.get(one.path) ?? one.path
    const place = path === one.path ? one.place : physical.place(path)
    const etc = !one.isDirectory && isBelowEtc(path) ? await gatherEtcSums(input, path, place) : undefined
    incoming.push({ ...one, staged: one.path, path, place, etc })
    for (const looked of [place, etc && besidePath(place)]) {
      const present = looked && findAt(looked, physical)
      if (present !== undefined && looked !== undefined) found.set(looked, present)
    }
    if (!one.isDirectory && found.get(place)?.kind === 'directory') below.set(place, listBelow(place, physical))
  }
  const old = await gatherOldEntries(oldState, physical)
  const shared = findShared(input, old)
  return { package: input.package, entry, incoming, old, found, below, manifest, shared }
}

function findShared({ package: name, physical }: FactsInput, old: readonly OldEntry[]): Set<TreePath> {
  const directories = new Set(old.filter(({ isDirectory }) => isDirectory).map(({ place }) => place))
  if (directories.size === 0) return directories
  const others = [...readInstalled(physical.tree).values()].filter((one) => one.name !== name)
  return findDirectoriesOf(directories, others, physical)
}

function findAt(place: TreePath, physical: PhysicalPaths): FoundEntry | undefined {
  const { tree } = physical
  const entry = tree.entry(place)
  if (entry?.kind !== 'symlink') return entry && { kind: entry.kind }
  const target = physical.target(place)
  const isDirectory = tree.entry(target)?.kind === 'directory'
  return { kind: 'symlink', leadsTo: isDirectory ? target : undefined }
}

function listBelow(place: TreePath, physical: PhysicalPaths): Pick<OldEntry, 'place' | 'isDirectory'>[] {
  return [...walkView(physical.tree, place)].map(({ path, kind }) => ({
    place: path,
    isDirectory: kind === 'directory',
  }))
}

async function gatherEtcSums({ staged, oldState, physical }: FactsInput, path: TreePath, place: TreePath) {
  const old = oldState.etcSums.get(path)
  const algorithm = sumAlgorithm(old)
  const incoming = (await etcSum(staged, path, algorithm)) ?? linkSum(algorithm)
  return { old, system: await etcSum(physical.tree, place, algorithm), incoming }
}

/** What an installed package has, and which of its /etc files somebody edited. */
export async function gatherOldEntries(state: PackageState, physical: PhysicalPaths): Promise<OldEntry[]> {
  const old: OldEntry[] = []
  for (const { path, isDirectory } of state.entries) {
    const place = physical.place(path)
    const isEdited =
      !isDirectory && isBelowEtc(path) && (await isEditedEtc(place, state.etcSums.get(path), physical.tree))
    old.push({ place, isDirectory, isEdited })
  }
  return old
}

/** A file without a sum counts as edited. A link counts as such only where the package had a file. */
async function isEditedEtc(place: TreePath, sum: string | undefined, root: TreeView): Promise<boolean> {
  const present = root.entry(place)
  if (present === undefined || present.kind === 'directory') return false
  const algorithm = sumAlgorithm(sum)
  if (present.kind === 'symlink') return sum !== undefined && sum !== linkSum(algorithm)
  return (await etcSum(root, place, algorithm)) !== sum
}

import { emptySum } from '../model/etcsums.ts'
import type { PackageName } from '../model/package-name.ts'
import type { TreePath } from '../model/tree-path.ts'
import type { IncomingEntry, InstallFacts, OldEntry } from '../plan/install-transaction.ts'
import type { FoundEntry } from '../plan/transaction.ts'
import type { PhysicalPaths } from '../system/physical-paths.ts'
import { treeEntry, walkTree } from '../system/tree.ts'
import { etcSum, type PackageState, sumAlgorithm } from './package-state.ts'

export interface FactsInput {
  readonly package: PackageName
  /** The staged tree and what its database entry says. */
  readonly directory: string
  readonly state: PackageState
  readonly oldState: PackageState
  readonly physical: PhysicalPaths
}

/** Looks at the root and the staged tree: everything planInstall needs to know. Changes nothing. */
export async function gatherInstallFacts(input: FactsInput): Promise<InstallFacts> {
  const { directory, state, oldState, physical } = input
  const incoming: IncomingEntry[] = []
  const found = new Map<TreePath, FoundEntry>()
  const below = new Map<TreePath, { place: TreePath; isDirectory: boolean }[]>()
  for (const { path } of state.entries) {
    const staged = treeEntry(directory, path)
    if (staged === undefined) continue
    const place = physical.place(path)
    const isDirectory = staged.kind === 'directory'
    const etc = !isDirectory && path.startsWith('/etc/') ? await gatherEtcSums(input, path, place) : undefined
    incoming.push({ staged: path, place, isDirectory, mode: staged.mode, etc })
    const present = findAt(place, physical)
    if (present === undefined) continue
    found.set(place, present)
    if (present.kind === 'directory' && !isDirectory)
      below.set(
        place,
        [...walkTree(physical.root, place)].map((entry) => ({
          place: entry.path,
          isDirectory: entry.kind === 'directory',
        })),
      )
  }
  return { package: input.package, incoming, old: await gatherOldEntries(oldState, physical), found, below }
}

function findAt(place: TreePath, physical: PhysicalPaths): FoundEntry | undefined {
  const entry = treeEntry(physical.root, place)
  if (entry === undefined) return undefined
  const isLink = entry.kind === 'symlink'
  const leadsToDirectory = isLink && treeEntry(physical.root, physical.target(place))?.kind === 'directory'
  return { kind: entry.kind, leadsToDirectory }
}

async function gatherEtcSums({ directory, oldState, physical }: FactsInput, path: TreePath, place: TreePath) {
  const old = oldState.etcSums.get(path)
  const algorithm = sumAlgorithm(old)
  const incoming = (await etcSum(directory, path, algorithm)) ?? emptySum
  return { old, system: await etcSum(physical.root, place, algorithm), incoming }
}

/** What an installed package has, and which of its /etc files somebody edited. */
export async function gatherOldEntries(state: PackageState, physical: PhysicalPaths): Promise<OldEntry[]> {
  const old: OldEntry[] = []
  for (const { path, isDirectory } of state.entries) {
    const place = physical.place(path)
    let isEdited = false
    if (!isDirectory && path.startsWith('/etc/')) {
      const sum = state.etcSums.get(path)
      const present = await etcSum(physical.root, place, sumAlgorithm(sum))
      const isLink = treeEntry(physical.root, place)?.kind === 'symlink'
      isEdited = present !== undefined && !isLink && present !== sum
    }
    old.push({ place, isDirectory, isEdited })
  }
  return old
}

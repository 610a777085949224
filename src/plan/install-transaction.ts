import type { PackageName } from '../model/package-name.ts'
import { ancestorPaths, type TreePath } from '../model/tree-path.ts'
import { decideEtcFile, type EtcSums } from './etc-decision.ts'
import type { FoundEntry, Operation, Transaction } from './transaction.ts'

/** One entry of the incoming package, and where it will be. */
export interface IncomingEntry {
  /** In the staged tree. */
  readonly staged: TreePath
  /** Physical place in the root. */
  readonly place: TreePath
  readonly isDirectory: boolean
  readonly mode: number
  /** Given for files below /etc. */
  readonly etc?: EtcSums | undefined
}

export interface OldEntry {
  readonly place: TreePath
  readonly isDirectory: boolean
  /** For files below /etc: whether the system's file is still what the package installed. */
  readonly isEdited: boolean
}

export interface InstallFacts {
  readonly package: PackageName
  readonly incoming: readonly IncomingEntry[]
  /** What the installed version has; empty for a first installation. */
  readonly old: readonly OldEntry[]
  readonly found: ReadonlyMap<TreePath, FoundEntry>
  /** For each directory that a file or link shall replace: everything below it on the disk. */
  readonly below: ReadonlyMap<TreePath, readonly { readonly place: TreePath; readonly isDirectory: boolean }[]>
}

export interface InstallPlan {
  readonly transaction: Transaction
  /** A directory where the package has a file, or the other way round, that is not the package's to replace. */
  readonly blocked: readonly { readonly path: TreePath; readonly reason: 'directory' | 'file' }[]
  /** /etc files put beside the system's. */
  readonly besideEtc: readonly TreePath[]
  /** Obsolete /etc files that stay, because they were edited. */
  readonly keptEtc: readonly TreePath[]
}

/**
 * What to do to put a package in place of what is there: directories first, new files by replacement, then what became
 * obsolete, judged by where things really are, so that no file is missing in between and none that was just installed goes.
 */
export function planInstall(facts: InstallFacts): InstallPlan {
  const oldPlaces = new Set(facts.old.map(({ place }) => place))
  const newPlaces = new Set(facts.incoming.map(({ place }) => place))
  const before: Operation[] = []
  const place: Operation[] = []
  const blocked: { path: TreePath; reason: 'directory' | 'file' }[] = []
  const besideEtc: TreePath[] = []
  const ascending = [...facts.incoming].sort((one, other) => (one.place < other.place ? -1 : 1))
  for (const entry of ascending) {
    const found = facts.found.get(entry.place)
    if (entry.isDirectory) {
      if (found?.kind === 'directory' || found?.leadsToDirectory) continue
      if (found !== undefined && !oldPlaces.has(entry.place)) blocked.push({ path: entry.place, reason: 'file' })
      else if (found !== undefined) place.push({ kind: 'remove', path: entry.place })
      place.push({ kind: 'make-directory', path: entry.place, mode: entry.mode })
      continue
    }
    if (found?.kind === 'directory') {
      const clearing = clearDirectory(entry.place, facts, oldPlaces, newPlaces)
      if (clearing === undefined) blocked.push({ path: entry.place, reason: 'directory' })
      else before.push(...clearing)
    }
    const decision = entry.etc === undefined ? 'install' : decideEtcFile(entry.etc)
    if (decision === 'beside') besideEtc.push(entry.place)
    if (decision !== 'keep')
      place.push({
        kind: 'place',
        staged: entry.staged,
        path: decision === 'beside' ? besidePath(entry.place) : entry.place,
      })
  }
  const { operations, keptEtc } = planObsolete(facts.old, newPlaces)
  const transaction = { package: facts.package, operations: [...before, ...place, ...operations] }
  return { transaction, blocked, besideEtc, keptEtc }
}

function besidePath(path: TreePath): TreePath {
  return `${path}.new` as TreePath
}

/** Empties a directory that becomes a file or link; undefined when it holds what is not the package's own old files. */
function clearDirectory(
  path: TreePath,
  facts: InstallFacts,
  oldPlaces: ReadonlySet<TreePath>,
  newPlaces: ReadonlySet<TreePath>,
): Operation[] | undefined {
  const below = facts.below.get(path) ?? []
  const isOwn = oldPlaces.has(path) && below.every(({ place }) => oldPlaces.has(place) && !newPlaces.has(place))
  if (!isOwn) return undefined
  const descending = [...below].sort((one, other) => (one.place < other.place ? 1 : -1))
  return [...descending, { place: path, isDirectory: true }].map(({ place, isDirectory }) =>
    isDirectory ? { kind: 'remove-directory', path: place } : { kind: 'remove', path: place },
  )
}

/** Removal of what `old` has and `newPlaces` has not: deepest first; edited /etc files stay. */
export function planObsolete(
  old: readonly OldEntry[],
  newPlaces: ReadonlySet<TreePath>,
): { readonly operations: Operation[]; readonly keptEtc: TreePath[] } {
  const keptEtc: TreePath[] = []
  const stillNeeded = new Set<TreePath>()
  for (const place of newPlaces) for (const above of ancestorPaths(place)) stillNeeded.add(above)
  const descending = [...old].sort((one, other) => (one.place < other.place ? 1 : -1))
  const operations = descending.flatMap(({ place, isDirectory, isEdited }): Operation[] => {
    if (newPlaces.has(place) || stillNeeded.has(place)) return []
    if (isEdited) {
      keptEtc.push(place)
      return []
    }
    return [{ kind: isDirectory ? 'remove-directory' : 'remove', path: place }]
  })
  return { operations, keptEtc }
}

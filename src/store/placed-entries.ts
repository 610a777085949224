import { KithError } from '../errors/kith-error.ts'
import { choicesDirectory } from '../model/choice-name.ts'
import { bytesText, type TreePath, textTreePath } from '../model/tree-path.ts'
import type { PlacedEntry } from '../plan/conflicts.ts'
import { isWithin } from '../plan/transaction.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import type { TreeView } from '../system/tree-view.ts'
import { requireTrustedWay } from './foreign-links.ts'
import { databasePath } from './installed-database.ts'
import type { PackageState } from './package-state.ts'
import type { StagedEntry } from './staged-entries.ts'
import type { StagedPackage } from './staging.ts'

export type PlacedStagedEntry = PlacedEntry & StagedEntry

/** A staged package's entries and where the root will have them. Throws `not-a-package` for one that reaches into the database. */
export function placeEntries(staged: StagedPackage, physical: PhysicalPaths): PlacedStagedEntry[] {
  const entries = staged.entries.map((entry) => ({ ...entry, place: physical.place(entry.path) }))
  const database = physical.target(textTreePath(databasePath))
  const own = physical.place(textTreePath(`${databasePath}/${staged.name}`))
  const choices = physical.target(textTreePath(choicesDirectory))
  const isForeign = ({ place, isDirectory }: PlacedEntry): boolean =>
    (isWithin(place, database) && place !== database && !isWithin(place, own)) ||
    (isWithin(place, choices) && !isDirectory)
  const foreign = entries.find(isForeign)
  if (foreign === undefined) return entries
  const reason = `it has "${bytesText(foreign.path)}", which belongs to the database and not to "${staged.name}"`
  throw new KithError('not-a-package', { artifact: staged.artifact, reason })
}

/**
 * Where paths will be once the package is installed: links that it owns, that lead to no directory and that it now replaces
 * by directories are not followed. Throws `foreign-link` where somebody else could lead what it has, or had, elsewhere.
 */
export function physicalPathsFor(staged: StagedPackage, oldState: PackageState, root: TreeView): PhysicalPaths {
  const physical = new PhysicalPaths(root)
  const oldFiles = new Set(oldState.entries.filter((one) => !one.isDirectory).map(({ path }) => physical.place(path)))
  const isReplaced = (place: TreePath): boolean =>
    oldFiles.has(place) &&
    root.entry(place)?.kind === 'symlink' &&
    root.entry(physical.target(place))?.kind !== 'directory'
  const directories = staged.entries.filter(({ isDirectory }) => isDirectory).map(({ path }) => physical.place(path))
  const after = new PhysicalPaths(root, directories.filter(isReplaced))
  requireTrustedWay(staged.name, [...staged.entries, ...oldState.entries], after)
  return after
}

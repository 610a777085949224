import { ancestorPaths, childPath, type TreePath } from '../model/tree-path.ts'
import { isWithin } from '../plan/transaction.ts'
import type { PhysicalPaths } from '../system/physical-paths.ts'
import type { TreeView } from '../system/tree-view.ts'
import { type InstalledPackage, readManifest } from './installed-database.ts'
import { statePathIn } from './state-directory.ts'

/** Where programs and their data are, and nothing that they write: elsewhere files without an owner are nothing to speak of. */
const programPlaces = ['/usr', '/opt', '/boot', '/bin', '/sbin', '/lib', '/lib64']

interface ExtraScene {
  readonly view: TreeView
  readonly physical: PhysicalPaths
}

/**
 * What is in the directories of `chosen` packages, below /usr and the like, and no installed package has: the uppermost places,
 * bytewise. /usr/local belongs to the user.
 */
export function findExtra(
  chosen: readonly InstalledPackage[],
  installed: Iterable<InstalledPackage>,
  { view, physical }: ExtraScene,
): TreePath[] {
  const owned = new Set<TreePath>()
  for (const { entry } of installed)
    for (const { path } of readManifest(view, entry)) {
      const place = physical.place(path)
      owned.add(place)
      for (const above of ancestorPaths(place)) owned.add(above)
    }
  const state = statePathIn(view)
  const directories = new Set<TreePath>()
  for (const { entry } of chosen)
    for (const { path, isDirectory } of readManifest(view, entry)) {
      const place = isDirectory ? physical.target(path) : undefined
      if (place !== undefined && isProgramPlace(place)) directories.add(place)
    }
  const extra: TreePath[] = []
  for (const directory of directories)
    for (const name of view.entry(directory)?.kind === 'directory' ? view.names(directory) : []) {
      const place = childPath(directory, name)
      if (!owned.has(place) && !isWithin(place, state) && name !== 'local') extra.push(place)
    }
  return extra.sort()
}

function isProgramPlace(place: TreePath): boolean {
  return programPlaces.some((one) => place === one || place.startsWith(`${one}/`))
}

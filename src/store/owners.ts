import type { PackageName } from '../model/package-name.ts'
import type { TreePath } from '../model/tree-path.ts'
import type { PhysicalPaths } from '../system/physical-paths.ts'
import { type InstalledPackage, readManifest } from './installed-database.ts'

/** Who has which of `places`: installed packages other than `except`, judged by where their files really are. */
export function findOwners(
  places: ReadonlySet<TreePath>,
  installed: Iterable<InstalledPackage>,
  physical: PhysicalPaths,
  except?: PackageName,
): Map<TreePath, PackageName> {
  const owners = new Map<TreePath, PackageName>()
  for (const { name, directory } of installed) {
    if (name === except) continue
    for (const { path, isDirectory } of readManifest(directory)) {
      if (isDirectory) continue
      const place = physical.place(path)
      if (places.has(place)) owners.set(place, name)
    }
  }
  return owners
}

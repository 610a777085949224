import type { PackageName } from '../model/package-name.ts'
import { baseName, type TreePath } from '../model/tree-path.ts'
import type { PhysicalPaths } from '../system/physical-paths.ts'
import { type InstalledPackage, readManifest } from './installed-database.ts'

/**
 * Which of `places` are directories of `packages`, judged by where those really are: an empty directory stays as long as somebody has
 * it. Throws `database-invalid`.
 */
export function findDirectoriesOf(
  places: ReadonlySet<TreePath>,
  packages: Iterable<InstalledPackage>,
  physical: PhysicalPaths,
): Set<TreePath> {
  const found = new Set<TreePath>()
  const names = new Set([...places].map(baseName))
  for (const { entry } of packages)
    for (const { path, isDirectory } of readManifest(physical.tree, entry)) {
      if (!isDirectory || !names.has(baseName(path))) continue
      const place = physical.place(path)
      if (places.has(place)) found.add(place)
    }
  return found
}

/**
 * Who has which of `places`, judged by where the files of `packages` really are. Throws `database-invalid` for a manifest
 * that cannot be read: nobody knows what would be overwritten.
 */
export function findOwners(
  places: ReadonlySet<TreePath>,
  packages: Iterable<InstalledPackage>,
  physical: PhysicalPaths,
): Map<TreePath, PackageName> {
  const owners = new Map<TreePath, PackageName>()
  // Links above a file never change its own name, so that most of what others have is passed over at once.
  const names = new Set([...places].map(baseName))
  for (const { name, entry } of packages)
    for (const { path, isDirectory } of readManifest(physical.tree, entry)) {
      if (isDirectory || !names.has(baseName(path))) continue
      const place = physical.place(path)
      if (places.has(place)) owners.set(place, name)
    }
  return owners
}

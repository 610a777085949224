import { ancestorPaths, type TreePath } from '../model/tree-path.ts'
import type { PlacedEntry } from './conflicts.ts'

/** Entries of one package that come to the same place of a root, or one below a file that another one is. */
export interface Collision {
  readonly place: TreePath
  /** As the package calls them: two at least. */
  readonly paths: readonly TreePath[]
}

/**
 * Where links of the root bring entries of one package together that the package keeps apart: `/bin/x` and `/usr/bin/x` where
 * `/bin` leads to `/usr/bin`. Directories are merged and do not collide.
 */
export function findCollisions(entries: readonly PlacedEntry[]): Collision[] {
  const files = new Map<TreePath, TreePath>()
  const collisions = new Map<TreePath, TreePath[]>()
  const collide = (place: TreePath, one: TreePath, other: TreePath): void =>
    void collisions.set(place, [...(collisions.get(place) ?? [one]), other])
  for (const { path, place, isDirectory } of entries) {
    const earlier = files.get(place)
    if (isDirectory) continue
    if (earlier === undefined) files.set(place, path)
    else collide(place, earlier, path)
  }
  for (const { path, place, isDirectory } of entries) {
    const file = isDirectory ? files.get(place) : undefined
    if (file !== undefined) collide(place, file, path)
    if (isDirectory) continue
    for (const above of ancestorPaths(place)) {
      const blocking = files.get(above)
      if (blocking !== undefined) collide(above, blocking, path)
    }
  }
  return [...collisions]
    .map(([place, paths]) => ({ place, paths: paths.sort() }))
    .sort((one, other) => (one.place < other.place ? -1 : 1))
}

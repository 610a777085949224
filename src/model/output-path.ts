import type { PackageName } from './package-name.ts'
import { type TreePath, textBytes } from './tree-path.ts'

/**
 * Whether builds that use a package see this path of it. Of its database entry that is what they and kith can need, its
 * dependencies and manifest; the copy of the recipe is not: a comment in it would otherwise be another input of all its dependents.
 */
export function isOutputPath(path: TreePath, name: PackageName | string): boolean {
  const entry = `/var/db/kiss/installed/${textBytes(name)}/`
  if (!path.startsWith(entry)) return true
  const file = path.slice(entry.length)
  return file === 'depends' || file === 'manifest'
}

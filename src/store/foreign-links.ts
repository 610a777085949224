import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, parentPath, type TreePath } from '../model/tree-path.ts'
import type { PhysicalPaths } from '../system/physical-paths.ts'

/**
 * Throws `foreign-link` where a link of another user is on the way of one of the paths: that user could lead whatever is done there to
 * any place of the root, and at any time.
 */
export function requireTrustedWay(
  name: PackageName,
  entries: readonly { readonly path: TreePath; readonly isDirectory: boolean }[],
  physical: PhysicalPaths,
): void {
  for (const { path, isDirectory } of entries) {
    // A file or link is put in place of what is there; of a directory what is there stays.
    const link = physical.foreignLink(isDirectory ? path : parentPath(path))
    if (link === undefined) continue
    const { tree } = physical
    throw new KithError('foreign-link', {
      package: name,
      path: bytesText(path),
      link: tree.label(link),
      owner: tree.entry(link)?.owner,
    })
  }
}

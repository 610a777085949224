import type { Context } from '../events/context.ts'
import { choiceFault } from '../model/choice-name.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, type TreePath } from '../model/tree-path.ts'
import { choicePath } from '../plan/conflicts.ts'
import { findNewPrivileges } from '../plan/new-privileges.ts'
import { filePrivileges } from '../system/file-privileges.ts'
import { readTreeCapability } from '../system/file-xattrs.ts'
import type { PhysicalPaths } from '../system/physical-paths.ts'
import { treeEntry } from '../system/tree.ts'
import { diskTree } from '../system/tree-view.ts'
import type { InstallSettings } from './install-settings.ts'
import { physicalPathsFor } from './placed-entries.ts'
import { readOldState } from './plan-package.ts'
import type { StagedPackage } from './staging.ts'

/** Tells which files of a staged package get privileges that the installed version's files do not have. Throws `database-invalid`. */
export function tellNewPrivileges(
  staged: StagedPackage | undefined,
  settings: Pick<InstallSettings, 'root' | 'isForced'>,
  { emit }: Pick<Context, 'emit'>,
): void {
  if (staged === undefined || staged.privileged.length === 0) return
  const { name, privileged } = staged
  const { root } = settings
  const tree = diskTree(root)
  const oldState = readOldState(name, tree, settings)
  const physical = physicalPathsFor(staged, oldState, tree)
  const owned = new Set(oldState.entries.filter((one) => !one.isDirectory).map(({ path }) => physical.place(path)))
  const files = findNewPrivileges(privileged, (path) => {
    const place = placesOf(name, path, physical).find((one) => owned.has(one))
    return place === undefined ? [] : installedPrivileges(root, place)
  })
  if (files.length === 0) return
  const told = files.map(({ path, privileges }) => ({ path: bytesText(path), privileges }))
  const userId = process.getuid?.() ?? 0
  const owner = userId === 0 ? 'root' : `user ${userId}`
  emit({ kind: 'privileged-files', package: name, reason: 'new', owner, files: told })
}

/** Where the installed version may have a file: in its place, or as an alternative. */
function placesOf(name: PackageName, path: TreePath, physical: PhysicalPaths): TreePath[] {
  const place = physical.place(path)
  if (choiceFault({ package: name, path: place }) !== undefined) return [place]
  return [place, physical.place(choicePath(name, place))]
}

function installedPrivileges(root: string, place: TreePath): string[] {
  const entry = treeEntry(root, place)
  return entry?.kind === 'file' ? filePrivileges(entry.mode, readTreeCapability(root, place)) : []
}

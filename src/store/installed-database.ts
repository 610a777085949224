import { KithError } from '../errors/kith-error.ts'
import { type Dependency, parseDepends } from '../model/depends.ts'
import { type ManifestEntry, parseManifest } from '../model/manifest.ts'
import { type PackageName, packageNameFault, parsePackageName } from '../model/package-name.ts'
import { bytesText, childPath, type TreePath, textTreePath } from '../model/tree-path.ts'
import { parseVersion, type Version } from '../model/version.ts'
import { manifestPath } from '../plan/transaction.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { leadsTo, type TreeView } from '../system/tree-view.ts'
import { openRoot } from './open-root.ts'

/** Below a root: one directory per installed package, in KISS's format. */
export const databasePath = '/var/db/kiss/installed'

export interface InstalledPackage {
  readonly name: PackageName
  /** Where its database entry is in the root. */
  readonly entry: TreePath
  /** Undefined where the version file cannot be read. */
  readonly version: Version | undefined
  readonly dependencies: readonly Dependency[]
}

export type InstalledPackages = ReadonlyMap<PackageName, InstalledPackage>

/**
 * The installed packages of a root, in bytewise order of their names; as they were before a transaction that is not finished. Only
 * small files are read. Throws `io-failed`, `journal-invalid`.
 */
export function loadInstalled(root: string): InstalledPackages {
  return readInstalled(openRoot(root).tree)
}

/** The same of a root as it is or will be. */
export function readInstalled(root: TreeView): InstalledPackages {
  const database = new PhysicalPaths(root).target(textTreePath(databasePath))
  const installed = new Map<PackageName, InstalledPackage>()
  if (root.entry(database)?.kind !== 'directory') return installed
  for (const fileName of root.names(database)) {
    const entry = leadsTo(root, childPath(database, fileName))
    const text = bytesText(fileName)
    if (packageNameFault(text) !== undefined || root.entry(entry)?.kind !== 'directory') continue
    const name = parsePackageName(text)
    installed.set(name, { name, entry, ...readEntry(root, entry) })
  }
  return installed
}

/** Version and dependencies as the database entry at `entry` has them. */
function readEntry(tree: TreeView, entry: TreePath): Pick<InstalledPackage, 'version' | 'dependencies'> {
  const version = childPath(entry, 'version')
  const depends = childPath(entry, 'depends')
  const versionText = entryFile(tree, version)
  const dependsText = entryFile(tree, depends)
  return {
    version: versionText === undefined ? undefined : parseVersion(bytesText(versionText), tree.label(version)).version,
    dependencies:
      dependsText === undefined ? [] : parseDepends(bytesText(dependsText), tree.label(depends)).dependencies,
  }
}

/** The bytes of a file of an entry, also behind a link that stays in the tree; undefined where there is no such file. */
export function entryFile(tree: TreeView, place: TreePath): string | undefined {
  const file = leadsTo(tree, place)
  return tree.entry(file)?.kind === 'file' ? tree.bytes(file) : undefined
}

/** Without a manifest an entry is no more than a directory: an installation or removal was interrupted there. */
export function hasManifest(tree: TreeView, entry: TreePath): boolean {
  return tree.entry(leadsTo(tree, manifestPath(entry)))?.kind === 'file'
}

/** The manifest of an entry. Throws `database-invalid` where a line is no path or the file is missing. */
export function readManifest(tree: TreeView, entry: TreePath): readonly ManifestEntry[] {
  const place = manifestPath(entry)
  const file = tree.label(place)
  const bytes = entryFile(tree, place)
  if (bytes === undefined) throw new KithError('database-invalid', { file, reason: 'the manifest is missing' })
  const { entries, faults } = parseManifest(bytes)
  const [fault] = faults
  if (fault !== undefined) throw new KithError('database-invalid', { file, ...fault })
  return entries
}

import type { PackageName } from '../model/package-name.ts'
import { packageNameFault, parsePackageName } from '../model/package-name.ts'
import { textTreePath } from '../model/tree-path.ts'
import { parseVersion, type Version } from '../model/version.ts'
import { readDirectoryKinds, readSmallText } from '../system/files.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { databasePath, type InstalledPackage, readInstalled } from './installed-database.ts'
import { openRoot } from './open-root.ts'

type InstalledVersion = Pick<InstalledPackage, 'name' | 'version'>

/**
 * Names and versions as loadInstalled() has them, with one file read for each: what is listed most often. Throws `io-failed`,
 * `journal-invalid`.
 */
export function loadInstalledVersions(root: string): Iterable<InstalledVersion> {
  const { tree, pending } = openRoot(root)
  if (pending !== undefined) return readInstalled(tree).values()
  const database = root + new PhysicalPaths(tree).target(textTreePath(databasePath))
  const kinds = readDirectoryKinds(database) ?? new Map()
  const versions = new Map<PackageName, Version | undefined>()
  for (const name of [...kinds.keys()].sort()) {
    const file = `${database}/${name}/version`
    const text = kinds.get(name) === 'directory' ? readSmallText(file) : undefined
    // A link, a name that is not ASCII, an entry without a version: whoever follows links inside the root knows.
    if (text === undefined || !/^[\x20-\x7e]+$/.test(name)) return readInstalled(tree).values()
    if (packageNameFault(name) === undefined) versions.set(parsePackageName(name), parseVersion(text, file).version)
  }
  return [...versions].map(([name, version]) => ({ name, version }))
}

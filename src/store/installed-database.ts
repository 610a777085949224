import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { type Dependency, parseDepends } from '../model/depends.ts'
import { type ManifestEntry, parseManifest } from '../model/manifest.ts'
import { type PackageName, packageNameFault, parsePackageName } from '../model/package-name.ts'
import { parseVersion, type Version } from '../model/version.ts'
import { isDirectory, isFile, readDirectory, readLatin1, readText } from '../system/files.ts'

/** Below a root: one directory per installed package, in KISS's format. */
export const databasePath = '/var/db/kiss/installed'

export interface InstalledPackage {
  readonly name: PackageName
  readonly directory: string
  /** Undefined where the version file cannot be read. */
  readonly version: Version | undefined
  readonly dependencies: readonly Dependency[]
}

/** The installed packages of a root, in bytewise order of their names. Only small files are read. Throws `io-failed`. */
export function loadInstalled(root: string): ReadonlyMap<PackageName, InstalledPackage> {
  const database = join(root || '/', databasePath)
  const installed = new Map<PackageName, InstalledPackage>()
  for (const entry of readDirectory(database) ?? []) {
    const directory = join(database, entry)
    if (packageNameFault(entry) !== undefined || !isDirectory(directory)) continue
    const name = parsePackageName(entry)
    installed.set(name, { name, directory, ...readEntry(directory) })
  }
  return installed
}

/** Version and dependencies as a database entry has them. */
export function readEntry(directory: string): Pick<InstalledPackage, 'version' | 'dependencies'> {
  const versionFile = join(directory, 'version')
  const dependsFile = join(directory, 'depends')
  return {
    version: isFile(versionFile) ? parseVersion(readText(versionFile), versionFile).version : undefined,
    dependencies: isFile(dependsFile) ? parseDepends(readText(dependsFile), dependsFile).dependencies : [],
  }
}

/** Without a manifest an entry is no more than a directory: an installation or removal was interrupted there. */
export function hasManifest(directory: string): boolean {
  return isFile(join(directory, 'manifest'))
}

/** The manifest of an entry. Throws `database-invalid` where a line is no path or the file is missing. */
export function readManifest(directory: string): readonly ManifestEntry[] {
  const file = join(directory, 'manifest')
  if (!hasManifest(directory)) throw new KithError('database-invalid', { file, reason: 'the manifest is missing' })
  const { entries, faults } = parseManifest(readLatin1(file))
  const [fault] = faults
  if (fault !== undefined) throw new KithError('database-invalid', { file, ...fault })
  return entries
}

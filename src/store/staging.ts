import { basename, join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { parseArtifactName } from '../model/artifact-name.ts'
import type { Dependency } from '../model/depends.ts'
import type { PackageName } from '../model/package-name.ts'
import { childPath, textTreePath } from '../model/tree-path.ts'
import type { Version } from '../model/version.ts'
import type { PrivilegedFile } from '../plan/new-privileges.ts'
import { unpackArtifact } from '../system/archive/unpack-artifact.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import { isFile, makeDirectory, makeTemporaryDirectory, readDirectory, removeTree } from '../system/files.ts'
import { treeEntry } from '../system/tree.ts'
import { diskTree } from '../system/tree-view.ts'
import { databasePath, readEntry } from './installed-database.ts'
import { listPrivileged, listStaged, type StagedEntry } from './staged-entries.ts'

/** An artifact unpacked beside the database, on the file system where most of it will live; removed when disposed. */
export interface StagedPackage extends Disposable {
  readonly artifact: string
  readonly name: PackageName
  readonly version: Version
  readonly directory: string
  /** What is to be installed, and the directories above. */
  readonly entries: readonly StagedEntry[]
  readonly dependencies: readonly Dependency[]
  /** Those of `entries` that give rights to whoever runs them. */
  readonly privileged: readonly PrivilegedFile[]
  /** Extended attributes that unpacked files could not get. */
  readonly refusedXattrs: readonly RefusedXattr[]
}

const parentDirectory = 'var/db/kiss'
const prefix = '.kith-staged-'

/**
 * Unpacks an artifact for installation and checks that it is one; `isForced` lets one pass that lacks files of its manifest.
 * Throws `not-a-package`, `archive-invalid`, `io-failed`, and leaves nothing behind then.
 */
export async function stageArtifact(artifact: string, root: string, isForced: boolean): Promise<StagedPackage> {
  const parsed = parseArtifactName(basename(artifact))
  if (parsed === undefined)
    throw new KithError('not-a-package', { artifact, reason: 'its name is not NAME@VERSION-RELEASE.tar.SUFFIX' })
  if (!isFile(artifact)) throw new KithError('not-a-package', { artifact, reason: 'there is no such file' })
  const { name, version } = parsed
  const parent = join(root || '/', parentDirectory)
  makeDirectory(parent)
  const directory = makeTemporaryDirectory(parent, prefix)
  try {
    const { contents, refusedXattrs } = await unpackArtifact(artifact, directory, {
      keepsXattrs: true,
      keepsContents: true,
    })
    const capabilities = new Map(
      [...contents].flatMap(([path, one]) =>
        one.kind === 'file' && one.capability !== undefined ? [[path, one.capability] as const] : [],
      ),
    )
    const listing = listStaged(directory, name, isForced)
    if (listing.kind === 'refused') throw new KithError('not-a-package', { artifact, reason: listing.reason })
    const dependencies = readStagedDependencies(directory, name)
    const { entries } = listing
    const privileged = listPrivileged(entries, capabilities)
    const dispose = (): void => removeTree(directory)
    const unpacked = { directory, entries, dependencies, privileged, refusedXattrs }
    return { artifact, name, version, ...unpacked, [Symbol.dispose]: dispose }
  } catch (error) {
    removeTree(directory)
    throw error
  }
}

/** A link in place of the file could lead anywhere on the host. */
function readStagedDependencies(directory: string, name: PackageName): readonly Dependency[] {
  const entry = textTreePath(`${databasePath}/${name}`)
  const isOurs = ['depends', 'version'].every(
    (file) => treeEntry(directory, childPath(entry, file))?.kind !== 'symlink',
  )
  return isOurs ? readEntry(diskTree(directory), entry).dependencies : []
}

/** Removes what killed installations left. Only for the holder of the lock: nobody else is staging then. */
export function clearStaged(root: string): void {
  const parent = join(root || '/', parentDirectory)
  for (const name of readDirectory(parent) ?? []) if (name.startsWith(prefix)) removeTree(join(parent, name))
}

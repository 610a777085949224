import { basename } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { parseArtifactName } from '../model/artifact-name.ts'
import type { Dependency } from '../model/depends.ts'
import type { PackageName } from '../model/package-name.ts'
import { childPath, textTreePath } from '../model/tree-path.ts'
import type { Version } from '../model/version.ts'
import type { PrivilegedFile } from '../plan/new-privileges.ts'
import { unpackArtifact } from '../system/archive/unpack-artifact.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import { isFile } from '../system/files.ts'
import { treeEntry } from '../system/tree.ts'
import { diskTree } from '../system/tree-view.ts'
import { databasePath, readEntry } from './installed-database.ts'
import { listPrivileged, listStaged, type StagedEntry } from './staged-entries.ts'

/** An artifact that is unpacked and not installed. */
export interface StagedPackage {
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

/**
 * Unpacks an artifact into `directory`, which is there and empty, and checks that it is one; `isForced` lets one pass that lacks files
 * of its manifest. Throws `not-a-package`, `archive-invalid`, `io-failed`; what was unpacked by then stays.
 */
export async function stageArtifact(artifact: string, directory: string, isForced: boolean): Promise<StagedPackage> {
  const parsed = parseArtifactName(basename(artifact))
  if (parsed === undefined)
    throw new KithError('not-a-package', { artifact, reason: 'its name is not NAME@VERSION-RELEASE.tar.SUFFIX' })
  if (!isFile(artifact)) throw new KithError('not-a-package', { artifact, reason: 'there is no such file' })
  const { name, version } = parsed
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
  return { artifact, name, version, directory, entries, dependencies, privileged, refusedXattrs }
}

/** A link in place of the file could lead anywhere on the host. */
function readStagedDependencies(directory: string, name: PackageName): readonly Dependency[] {
  const entry = textTreePath(`${databasePath}/${name}`)
  const isOurs = ['depends', 'version'].every(
    (file) => treeEntry(directory, childPath(entry, file))?.kind !== 'symlink',
  )
  return isOurs ? readEntry(diskTree(directory), entry).dependencies : []
}

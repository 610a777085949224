import { basename } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { parseArtifactName } from '../model/artifact-name.ts'
import { type Dependency, parseDepends } from '../model/depends.ts'
import type { PackageOffers } from '../model/offers.ts'
import type { PackageName } from '../model/package-name.ts'
import { type Provided, parseProvides } from '../model/provides.ts'
import { bytesText, childPath, textTreePath } from '../model/tree-path.ts'
import { parseVersion, type Version, versionLabel } from '../model/version.ts'
import type { PrivilegedFile } from '../plan/new-privileges.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import { isFile } from '../system/files.ts'
import { TreeHandle } from '../system/tree-handle.ts'
import { databasePath } from './installed-database.ts'
import { scanStaged } from './package-offers.ts'
import { runStage } from './run-stage.ts'
import { readStagedContents, type StagedContents } from './staged-content.ts'
import { listPrivileged, listStaged, type StagedEntry } from './staged-entries.ts'
import { type ExpectedHash, readHashBeside } from './verified-artifact.ts'

/** An artifact that is unpacked and not installed. */
export interface StagedPackage {
  readonly artifact: string
  readonly name: PackageName
  readonly version: Version
  readonly directory: string
  /** What is to be installed, and the directories above. */
  readonly entries: readonly StagedEntry[]
  readonly dependencies: readonly Dependency[]
  /** Names that it answers to besides its own. */
  readonly provides: readonly Provided[]
  readonly offers: PackageOffers
  /** Those of `entries` that give rights to whoever runs them. */
  readonly privileged: readonly PrivilegedFile[]
  /** What is in the directory, as it was unpacked. */
  readonly contents: StagedContents
  /** SHA-256 of the artifact, lower-case hexadecimal. */
  readonly artifactHash: string
  /** Extended attributes that unpacked files could not get. */
  readonly refusedXattrs: readonly RefusedXattr[]
}

export interface StageOptions {
  /** What an index says of the artifact, besides a file beside it. */
  readonly expectedHash?: ExpectedHash | undefined
  readonly signal?: AbortSignal | undefined
  /** How it is unpacked: by a confined process unless a test wants to watch. */
  readonly unpack?: typeof runStage | undefined
}

/**
 * Unpacks an artifact into `directory`, which is there and empty, in a confined process, and checks that it is one; `isForced` lets one
 * pass that lacks files of its manifest. Throws `not-a-package`, `artifact-altered`, `archive-invalid`, `program-missing`,
 * `io-failed`, `staging-failed`, `interrupted`; what was unpacked by then stays.
 */
export async function stageArtifact(
  artifact: string,
  directory: string,
  isForced: boolean,
  { expectedHash, signal, unpack = runStage }: StageOptions = {},
): Promise<StagedPackage> {
  const parsed = parseArtifactName(basename(artifact))
  if (parsed === undefined)
    throw new KithError('not-a-package', { artifact, reason: 'its name is not NAME@VERSION-RELEASE.tar.SUFFIX' })
  if (!isFile(artifact)) throw new KithError('not-a-package', { artifact, reason: 'there is no such file' })
  const { name, version } = parsed
  const beside = readHashBeside(artifact)
  const expected = [expectedHash, beside].flatMap((one) => one ?? [])
  const unpacked = await unpack({ artifact, directory, expected, signal })
  const described = describeStaged({ artifact, name, version, directory }, unpacked.contents, isForced)
  return { artifact, name, version, directory, ...unpacked, ...described }
}

/**
 * The same package as its tree is now: for one that a hook may have changed. Files are hashed again. Throws `not-a-package`,
 * `io-failed`.
 */
export async function stageAgain(staged: StagedPackage, isForced: boolean): Promise<StagedPackage> {
  const contents = await readStagedContents(staged.directory)
  return { ...staged, contents, ...describeStaged(staged, contents, isForced) }
}

type Described = Pick<StagedPackage, 'entries' | 'dependencies' | 'provides' | 'offers' | 'privileged'>

function describeStaged(
  { artifact, name, version, directory }: Pick<StagedPackage, 'artifact' | 'name' | 'version' | 'directory'>,
  contents: StagedContents,
  isForced: boolean,
): Described {
  using tree = new TreeHandle(directory)
  const refuse = (reason: string): KithError => new KithError('not-a-package', { artifact, reason })
  const listing = listStaged({ contents, read: (path) => tree.readFile(path, mostFileBytes) }, name, isForced)
  if (listing.kind === 'refused') throw refuse(listing.reason)
  const entry = textTreePath(`${databasePath}/${name}`)
  // A link in place of the file could lead anywhere on the host.
  const read = (file: string): string => bytesText(tree.readFile(childPath(entry, file), mostFileBytes) ?? '')
  const inside = parseVersion(read('version'), 'version').version
  // Otherwise an old version, with its old faults, could be brought as a new one.
  if (inside === undefined || versionLabel(inside) !== versionLabel(version))
    throw refuse(`it is version ${inside === undefined ? 'unknown' : versionLabel(inside)}, other than its name says`)
  const { dependencies } = parseDepends(read('depends'), 'depends')
  return {
    entries: listing.entries,
    dependencies,
    provides: parseProvides(read('provides'), 'provides').provides,
    offers: scanStaged(directory, contents, listing.entries),
    privileged: listPrivileged(listing.entries, contents),
  }
}

/** Of a file of the database. */
const mostFileBytes = 1 << 28

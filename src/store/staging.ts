import { basename, join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { type ArtifactName, parseArtifactName } from '../model/artifact-name.ts'
import type { Dependency } from '../model/depends.ts'
import { ancestorPaths, bytesText, textTreePath } from '../model/tree-path.ts'
import { unpackArtifact } from '../system/archive/unpack-artifact.ts'
import { isFile, makeDirectory, makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { treeEntry } from '../system/tree.ts'
import { databasePath, readEntry } from './installed-database.ts'
import { type PackageState, readPackageState } from './package-state.ts'

/** An artifact unpacked beside the database, on the file system where most of it will live; removed when disposed. */
export interface StagedPackage extends Disposable {
  readonly artifact: string
  readonly name: ArtifactName
  readonly directory: string
  /** The package's database entry in the staged tree. */
  readonly entry: string
  readonly state: PackageState
  readonly dependencies: readonly Dependency[]
}

/**
 * Unpacks an artifact for installation and checks that it is one. Throws `not-a-package`, `archive-invalid`, `io-failed`,
 * and leaves nothing behind then.
 */
export async function stageArtifact(artifact: string, root: string, isForced: boolean): Promise<StagedPackage> {
  const name = parseArtifactName(basename(artifact))
  const refuse = (reason: string): never => {
    throw new KithError('not-a-package', { artifact, reason })
  }
  if (name === undefined) return refuse('its name is not NAME@VERSION-RELEASE.tar.SUFFIX')
  if (!isFile(artifact)) return refuse('there is no such file')
  const parent = join(root || '/', 'var/db/kiss')
  makeDirectory(parent)
  const directory = makeTemporaryDirectory(parent, '.kith-staged-')
  try {
    await unpackArtifact(artifact, directory)
    const entry = join(directory, databasePath, name.name)
    if (!isRealEntry(directory, name.name)) return refuse(`it holds no ${databasePath}/${name.name}/manifest`)
    const state = readPackageState(entry, directory)
    const missing = isForced ? [] : state.entries.filter(({ path }) => treeEntry(directory, path) === undefined)
    if (missing.length > 0)
      return refuse(
        `its manifest names ${missing.length} files that it does not hold: ${missing
          .slice(0, 5)
          .map(({ path }) => bytesText(path))
          .join(' ')}`,
      )
    const { dependencies } = readEntry(entry)
    return { artifact, name, directory, entry, state, dependencies, [Symbol.dispose]: () => removeTree(directory) }
  } catch (error) {
    removeTree(directory)
    throw error
  }
}

/** Whether the tree itself holds the entry: links on the way would lead to somebody else's files. */
function isRealEntry(directory: string, name: string): boolean {
  const manifest = textTreePath(`${databasePath}/${name}/manifest`)
  const isReal = ancestorPaths(manifest).every((path) => treeEntry(directory, path)?.kind === 'directory')
  return isReal && treeEntry(directory, manifest)?.kind === 'file'
}

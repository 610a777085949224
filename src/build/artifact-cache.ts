import { join } from 'node:path'
import { type Compression, compressions, printArtifactName } from '../model/artifact-name.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Version } from '../model/version.ts'
import { isFile } from '../system/files.ts'

/** Where built tarballs are kept. */
export function artifactDirectory(cacheDirectory: string): string {
  return join(cacheDirectory, 'bin')
}

/** The tarball of exactly this version and release, however compressed (`preferred` first), or undefined. */
export function findArtifact(
  cacheDirectory: string,
  name: PackageName,
  version: Version,
  preferred: Compression,
): string | undefined {
  return [preferred, ...compressions]
    .map((compression) => join(artifactDirectory(cacheDirectory), printArtifactName({ name, version, compression })))
    .find(isFile)
}

import { type PackageName, packageNameFault } from './package-name.ts'
import type { Version } from './version.ts'

/** Suffix after `.tar.`, as KISS_COMPRESS names it. */
export const compressions = ['gz', 'bz2', 'xz', 'zst', 'lz', 'lzma'] as const
export type Compression = (typeof compressions)[number]

export function isCompression(text: string): text is Compression {
  return (compressions as readonly string[]).includes(text)
}

export interface ArtifactName {
  readonly name: PackageName
  readonly version: Version
  readonly compression: Compression
}

/** `name@version-release.tar.zst` */
export function printArtifactName({ name, version, compression }: ArtifactName): string {
  return `${name}@${version.version}-${version.release}.tar.${compression}`
}

/**
 * Reads a tarball's base name: the name ends at the last `@` (puke: `#`), the release begins after the last `-`. kiss_ng's
 * tarballs without a release and other files give undefined.
 */
export function parseArtifactName(fileName: string): ArtifactName | undefined {
  const match =
    /^(.+)@([^@]+)-([^-@]+)\.tar\.([a-z0-9]+)$/s.exec(fileName) ??
    /^([^@#]+)#([^@#]+)-([^-@#]+)\.tar\.(gz)$/s.exec(fileName)
  const [, name, version, release, compression] = match ?? []
  if (name === undefined || version === undefined || release === undefined || compression === undefined)
    return undefined
  if (packageNameFault(name) !== undefined || !isCompression(compression) || fileName.includes('/')) return undefined
  return { name: name as PackageName, version: { version, release }, compression }
}

import { basename, join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { type Compression, compressions, parseArtifactName, printArtifactName } from '../model/artifact-name.ts'
import { type PackageOffers, parseOffers, printOffers } from '../model/offers.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Version } from '../model/version.ts'
import { digestFile } from '../system/digests.ts'
import { isFile, linkInfo, readDirectory, readText, removeTree, writeFileAtomic } from '../system/files.ts'
import { placeFile } from '../system/place-file.ts'

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

/** Packages of which there is any tarball. */
export function listBuiltNames(cacheDirectory: string): Set<PackageName> {
  const files = readDirectory(artifactDirectory(cacheDirectory)) ?? []
  return new Set(files.flatMap((file) => parseArtifactName(file)?.name ?? []))
}

export interface KeptArtifact {
  readonly version: Version
  readonly artifact: string
}

/** All tarballs of a package that are kept, bytewise by their names. */
export function listArtifacts(cacheDirectory: string, name: PackageName): KeptArtifact[] {
  const directory = artifactDirectory(cacheDirectory)
  return (readDirectory(directory) ?? []).flatMap((file) => {
    const parsed = parseArtifactName(file)
    return parsed?.name === name ? [{ version: parsed.version, artifact: join(directory, file) }] : []
  })
}

/** What the package in a tarball offers and needs, after a line with the tarball's SHA-256. Disposable: it can be found anew. */
export function offersBeside(file: string): string {
  return `${file}.offers`
}

/** What was written beside a tarball when it was built; undefined where that does not belong to it any more. */
export function readOffersBeside(file: string): PackageOffers | undefined {
  const [hash, ...lines] = isFile(offersBeside(file)) ? readText(offersBeside(file)).split('\n') : []
  const isOfIt = hash !== undefined && isFile(`${file}.sha256`) && readText(`${file}.sha256`).startsWith(`${hash} `)
  return isOfIt ? parseOffers(lines.join('\n')) : undefined
}

/**
 * Puts a built tarball into the cache, complete or not at all, and then beside it what it offers and its SHA-256, as sha256sum writes it: an
 * installation believes no other bytes. A hash that is there is always one of the tarball that is there. Gives the hash. Throws
 * `io-failed`.
 */
export async function storeArtifact(built: string, file: string, offers: PackageOffers): Promise<string> {
  // It comes out of a sandbox: a link would bring a file of the host into the cache.
  if (linkInfo(built)?.kind !== 'file')
    throw new KithError('io-failed', { action: 'keep', path: built, reason: 'it is no regular file' })
  const beside = `${file}.sha256`
  for (const other of [beside, offersBeside(file)]) removeTree(other)
  placeFile(built, file)
  const { sha256 } = await digestFile(file, ['sha256'])
  writeFileAtomic(offersBeside(file), `${sha256}\n${printOffers(offers)}`)
  writeFileAtomic(beside, `${sha256}  ${basename(file)}\n`)
  return sha256
}

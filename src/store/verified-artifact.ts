import { basename } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { parseChecksums } from '../model/checksums.ts'
import { linkInfo, readHead } from '../system/files.ts'
import type { UnchangingFile } from '../system/unchanging-file.ts'

/** A SHA-256 that an artifact must have, and what says so: a file beside it, or an index. */
export interface ExpectedHash {
  readonly sha256: string
  readonly origin: string
}

/**
 * What `<artifact>.sha256` says of it, as sha256sum writes it: `<hash>  <file name>`; undefined where there is no such file. Throws
 * `not-a-package` where it says nothing of this artifact, and `io-failed`.
 */
export function readHashBeside(artifact: string): ExpectedHash | undefined {
  const origin = `${artifact}.sha256`
  const info = linkInfo(origin)
  if (info === undefined) return undefined
  const { lines } = parseChecksums(info.kind === 'file' ? readText(origin) : '', origin)
  for (const { checksum } of lines) {
    if (checksum?.algorithm !== 'sha256') continue
    if (checksum.fileName === basename(artifact)) return { sha256: checksum.hex, origin }
  }
  throw new KithError('not-a-package', { artifact, reason: `"${origin}" has no line of sha256sum for it` })
}

/** No more of it than a hash and a name take. */
function readText(file: string): string {
  return Buffer.from(readHead(file, 4096)).toString()
}

/** Throws `artifact-altered` unless the file has each of the hashes; gives the one that it has. */
export async function requireHashes(
  artifact: string,
  file: Pick<UnchangingFile, 'hash'>,
  expected: readonly ExpectedHash[],
): Promise<string> {
  const found = await file.hash()
  for (const { sha256, origin } of expected)
    if (sha256 !== found) throw new KithError('artifact-altered', { artifact, expected: sha256, found, origin })
  return found
}

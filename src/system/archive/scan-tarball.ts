import { basename } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { archiveSuffix } from '../../model/archive-suffix.ts'
import { readOpenFile } from '../read-open-file.ts'
import { openArchiveFile } from './archive-file.ts'
import { decompressor } from './compress.ts'
import { detectCompression } from './detect-compression.ts'
import { createTarReader, type TarMember } from './tar-reader.ts'

export interface ScannedMember extends TarMember {
  /** SHA-256 of what it holds. */
  readonly sha256: string
  /** What it holds, where that was asked for. */
  readonly content: Uint8Array | undefined
}

const limits = { members: 5_000_000, totalBytes: 64 * 2 ** 30 }

/**
 * All members of a tarball, in its order, with what those hold that `wants` says. Throws `archive-invalid`, `program-missing`,
 * `io-failed`.
 */
export async function scanTarball(file: string, wants: (member: TarMember) => boolean): Promise<ScannedMember[]> {
  const archive = basename(file)
  const suffix = archiveSuffix(archive)
  if (suffix.kind !== 'archive')
    throw new KithError('archive-invalid', { archive, reason: 'it is no archive by its name' })
  const scanned: ScannedMember[] = []
  let member: TarMember | undefined
  let pieces: Buffer[] = []
  let hash = new Bun.CryptoHasher('sha256')
  const reader = createTarReader(
    archive,
    {
      onMember(next) {
        member = next
        pieces = []
        hash = new Bun.CryptoHasher('sha256')
      },
      onContent(chunk) {
        hash.update(chunk)
        if (member !== undefined && wants(member)) pieces.push(Buffer.from(chunk))
      },
      onMemberEnd() {
        if (member === undefined) return
        const content = wants(member) ? Buffer.concat(pieces) : undefined
        scanned.push({ ...member, sha256: hash.digest('hex'), content })
      },
    },
    limits,
  )
  using opened = openArchiveFile(file)
  const decompress = decompressor(detectCompression(opened.fd, file) ?? suffix.compression, { archive })
  for await (const chunk of decompress(readOpenFile(opened.fd, file))) reader.push(chunk)
  reader.end()
  return scanned
}

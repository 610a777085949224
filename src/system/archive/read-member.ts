import { basename } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { archiveSuffix } from '../../model/archive-suffix.ts'
import { readOpenFile } from '../read-open-file.ts'
import { openArchiveFile } from './archive-file.ts'
import { decompressor } from './compress.ts'
import { detectCompression } from './detect-compression.ts'
import { createTarReader, type TarMember } from './tar-reader.ts'

export interface MemberWanted {
  /** `var/db/kiss/installed/zlib/manifest`, without a leading `/` or `./`. */
  readonly path: string
  readonly mostBytes: number
}

const limits = { members: 5_000_000, totalBytes: 64 * 2 ** 30 }

/**
 * The bytes (latin1) of one regular file in the tarball `file`, or undefined where it has none of that name, or a larger one.
 * Reads no further than that. Throws `archive-invalid`, `program-missing`, `io-failed`.
 */
export async function readMember(file: string, wanted: MemberWanted): Promise<string | undefined> {
  const archive = basename(file)
  const suffix = archiveSuffix(archive)
  if (suffix.kind !== 'archive')
    throw new KithError('archive-invalid', { archive, reason: 'it is no archive by its name' })
  const isWanted = ({ path, type, sizeBytes }: TarMember): boolean =>
    type === 'file' && path.replace(/^(?:\.?\/)+/, '') === wanted.path && sizeBytes <= wanted.mostBytes
  let isReading = false
  let isComplete = false
  let content = ''
  const reader = createTarReader(
    archive,
    {
      onMember: (member) => {
        isReading = !isComplete && isWanted(member)
      },
      onContent: (chunk) => {
        if (isReading) content += Buffer.from(chunk).toString('latin1')
      },
      onMemberEnd: () => {
        isComplete ||= isReading
        isReading = false
      },
    },
    limits,
  )
  using opened = openArchiveFile(file)
  const decompress = decompressor(detectCompression(opened.fd, file) ?? suffix.compression, { archive })
  for await (const chunk of decompress(readOpenFile(opened.fd, file))) {
    reader.push(chunk)
    if (isComplete) return content
  }
  return undefined
}

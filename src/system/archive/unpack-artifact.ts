import { basename } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { archiveSuffix } from '../../model/archive-suffix.ts'
import { readChunks, sizeOfFile } from './archive-file.ts'
import { decompressor } from './compress.ts'
import { detectCompression } from './detect-compression.ts'
import { type UnpackOptions, type UnpackSummary, unpackTar } from './unpack-tar.ts'

export interface UnpackFileOptions extends Partial<Omit<UnpackOptions, 'compressedBytes'>> {
  /** Where decompressors are looked for; PATH when not given. */
  readonly searchPath?: string | undefined
}

/**
 * Unpacks the tarball `file`, compressed as its name says, into `directory`: modes exact, owner the caller. Extended
 * attributes are kept for an installation only (`keepsXattrs`): in a sandbox, where everything is nosuid, a layer's
 * capabilities count for nothing. Throws `archive-invalid`, `program-missing`, `io-failed`; what was unpacked by then stays.
 */
export async function unpackArtifact(
  file: string,
  directory: string,
  options: UnpackFileOptions = {},
): Promise<UnpackSummary> {
  return await unpackFile(file, basename(file), directory, options)
}

/**
 * The same for any tarball at `file` that is named `fileName`. The name says that it is an archive; how it is compressed is
 * seen from its first bytes where they tell, since mirrors keep recompressed files under upstream's name.
 */
export async function unpackFile(
  file: string,
  fileName: string,
  directory: string,
  { searchPath, ...options }: UnpackFileOptions,
): Promise<UnpackSummary> {
  const archive = options.archive ?? fileName
  const suffix = archiveSuffix(fileName)
  if (suffix.kind !== 'archive')
    throw new KithError('archive-invalid', { archive, reason: 'its suffix is that of no archive that can be unpacked' })
  const compressedBytes = suffix.compression === 'none' ? undefined : await sizeOfFile(file)
  const decompress = decompressor(detectCompression(file) ?? suffix.compression, { archive, searchPath })
  return await unpackTar(decompress(readChunks(file)), directory, {
    kind: 'artifact',
    ...options,
    archive,
    compressedBytes,
  })
}

import { basename } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { archiveSuffix } from '../../model/archive-suffix.ts'
import type { Compression } from '../../model/artifact-name.ts'
import { readOpenFile } from '../read-open-file.ts'
import { openArchiveFile, sizeOfOpenFile } from './archive-file.ts'
import { decompressor, isProgramCompression } from './compress.ts'
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
  options: UnpackFileOptions,
): Promise<UnpackSummary> {
  using opened = openArchiveFile(file)
  return await unpackOpenFile({ fd: opened.fd, file, fileName }, directory, options)
}

export interface OpenTarball {
  readonly fd: number
  /** What errors call it. */
  readonly file: string
  readonly fileName: string
}

/** Whether a program of the host is needed to unpack it. Looks at no more than its first bytes. Throws `archive-invalid`, `io-failed`. */
export function needsProgram(tarball: OpenTarball): boolean {
  return isProgramCompression(compressionOf(tarball, tarball.fileName))
}

function compressionOf({ fd, file, fileName }: OpenTarball, archive: string): Compression | 'none' {
  const suffix = archiveSuffix(fileName)
  if (suffix.kind === 'archive') return detectCompression(fd, file) ?? suffix.compression
  throw new KithError('archive-invalid', { archive, reason: 'its suffix is that of no archive that can be unpacked' })
}

/** The same for one that is open. */
export async function unpackOpenFile(
  { fd, file, fileName }: OpenTarball,
  directory: string,
  { searchPath, ...options }: UnpackFileOptions,
): Promise<UnpackSummary> {
  const archive = options.archive ?? fileName
  const compression = compressionOf({ fd, file, fileName }, archive)
  const compressedBytes = compression === 'none' ? undefined : sizeOfOpenFile(fd, file)
  const decompress = decompressor(compression, { archive, searchPath })
  return await unpackTar(decompress(readOpenFile(fd, file)), directory, {
    kind: 'artifact',
    ...options,
    archive,
    compressedBytes,
  })
}

import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { type FilterProgram, throughProgram } from './program-filter.ts'
import { throughZlib } from './zlib-stream.ts'
import { wholeZstdFrames } from './zstd-frames.ts'

/** As file names have it after `.tar.`. */
export type ArchiveCompression = 'gz' | 'bz2' | 'xz' | 'zst' | 'lz' | 'lzma'

export type ByteFilter = (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

export interface CodecOptions {
  /** What errors call the archive. */
  readonly archive: string
  /** Colon-separated directories with bzip2, xz, lzip and lzma; gz and zst need no program. */
  readonly searchPath?: string | undefined
}

/**
 * Compresses a stream; equal input gives equal bytes (with equal versions of the library or program). Holds no more than a
 * few chunks. Throws `program-missing`, and `archive-invalid` where the program fails.
 */
export function compressor(compression: ArchiveCompression, options: CodecOptions): ByteFilter {
  switch (compression) {
    case 'gz':
      return (source) => throughZlib(source, createGzip({ chunkSize }), options.archive)
    case 'zst':
      return (source) => throughZlib(source, createZstdCompress({ chunkSize, params: zstdParameters }), options.archive)
    case 'bz2':
    case 'xz':
    case 'lz':
    case 'lzma':
      return (source) => throughProgram(source, filterProgram(compressing[compression], 'pack', options))
  }
}

/**
 * Decompresses a stream with all its members or frames. Truncated or damaged data is `archive-invalid`, as is anything
 * behind a zstd frame that is none. Holds no more than a few chunks. Throws `program-missing`.
 */
export function decompressor(compression: ArchiveCompression | 'none', options: CodecOptions): ByteFilter {
  const { archive } = options
  switch (compression) {
    case 'none':
      return (source) => source
    case 'gz':
      return (source) => throughZlib(source, createGunzip({ chunkSize }), archive)
    case 'zst':
      return (source) => throughZlib(wholeZstdFrames(source, archive), createZstdDecompress({ chunkSize }), archive)
    case 'bz2':
    case 'xz':
    case 'lz':
    case 'lzma':
      return (source) => throughProgram(source, filterProgram(decompressing[compression], 'unpack', options))
  }
}

const chunkSize = 1 << 18
const zstdParameters = {
  [constants.ZSTD_c_compressionLevel]: 3,
  [constants.ZSTD_c_checksumFlag]: 1,
}

type ProgramCompression = Exclude<ArchiveCompression, 'gz' | 'zst'>

/** Whether only a program of the host can decompress it. */
export function isProgramCompression(compression: ArchiveCompression | 'none'): compression is ProgramCompression {
  return compression in decompressing
}

// One thread: how many there are would change the bytes.
const compressing: Readonly<Record<ProgramCompression, FilterProgram['candidates']>> = {
  bz2: [
    ['bzip2', '-zc'],
    ['lbzip2', '-n1', '-zc'],
  ],
  xz: [['xz', '-zcT1']],
  lz: [
    ['lzip', '-c'],
    ['plzip', '-c', '-n1'],
  ],
  lzma: [
    ['xz', '--format=lzma', '-zc'],
    ['lzma', '-zc'],
  ],
}

const decompressing: Readonly<Record<ProgramCompression, FilterProgram['candidates']>> = {
  bz2: [
    ['bzip2', '-dc'],
    ['lbzip2', '-dc'],
  ],
  xz: [['xz', '-dc']],
  lz: [
    ['lzip', '-dc'],
    ['plzip', '-dc'],
    ['xz', '--format=lzip', '-dc'],
  ],
  lzma: [
    ['xz', '--format=lzma', '-dc'],
    ['lzma', '-dc'],
  ],
}

function filterProgram(
  candidates: FilterProgram['candidates'],
  verb: 'pack' | 'unpack',
  { archive, searchPath }: CodecOptions,
): FilterProgram {
  return {
    candidates,
    purpose: `${verb} "${archive}"`,
    archive,
    searchPath: searchPath ?? process.env.PATH ?? '/usr/bin:/bin',
  }
}

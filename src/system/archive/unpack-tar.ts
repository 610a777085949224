import { KithError } from '../../errors/kith-error.ts'
import { createExtraction, type Extraction } from './extraction.ts'
import type { ExtractionKind, ExtractionLimits } from './extraction-state.ts'
import { createTarReader, type TarLimits } from './tar-reader.ts'

export interface UnpackOptions {
  /** What errors call the archive: its path or base name. */
  readonly archive: string
  readonly kind: ExtractionKind
  readonly limits?: Partial<UnpackLimits>
  /** Size of the compressed file; without it the ratio is not looked at. */
  readonly compressedBytes?: number | undefined
  /** See ExtractionOptions. */
  readonly keepsXattrs?: boolean | undefined
  readonly keepsContents?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

export interface UnpackLimits extends TarLimits, ExtractionLimits {
  /** Bytes of the tar stream for each compressed byte, once there are 64 MiB. */
  readonly ratio: number
}

export interface UnpackSummary extends Pick<Extraction, 'contents' | 'refusedXattrs'> {
  readonly members: number
  /** Content of files. */
  readonly totalBytes: number
  /** Seconds; undefined where there are no members. */
  readonly newestMtime: number | undefined
  /** What stands before the first `/` of a member's path, bytes (latin1), each once, in order; `.` for `./usr/`. */
  readonly firstComponents: readonly string[]
}

// A file of zeros, such as a disk image, is no attack: zstd makes a 30,000th of it, bzip2 about as much.
const defaultUnpackLimits: UnpackLimits = {
  members: 1_000_000,
  totalBytes: 2 ** 37,
  ratio: 50_000,
  // Of the largest packages, a hundred bytes for each of several hundred thousand files.
  pathBytes: 2 ** 27,
}
const ratioFloorBytes = 1 << 26

/**
 * Unpacks a tar stream into `directory`, which is there and trusted; what is in it already may be hostile. Later members
 * replace earlier ones, directories are merged. Everything is owned by the caller; modes do not depend on the umask; times
 * are as stored. Nothing is written outside `directory` or through a symlink. The stream is read to its end, so that
 * damage behind the tar archive is noticed. What was unpacked before an error stays. Throws `archive-invalid`, `io-failed`.
 */
export async function unpackTar(
  source: AsyncIterable<Uint8Array>,
  directory: string,
  options: UnpackOptions,
): Promise<UnpackSummary> {
  const limits: UnpackLimits = { ...defaultUnpackLimits, ...options.limits }
  const firstComponents = new Set<string>()
  let members = 0
  let totalBytes = 0
  let newestMtime: number | undefined
  using extraction = createExtraction(directory, options, limits)
  const reader = createTarReader(
    options.archive,
    {
      onMember(member) {
        members++
        totalBytes += member.sizeBytes
        if (newestMtime === undefined || member.mtime > newestMtime) newestMtime = member.mtime
        const slash = member.path.indexOf('/')
        firstComponents.add(slash === -1 ? member.path : member.path.slice(0, slash))
        extraction.begin(member)
      },
      onContent: extraction.write,
      onMemberEnd: extraction.complete,
    },
    limits,
  )
  let streamBytes = 0
  for await (const chunk of source) {
    options.signal?.throwIfAborted()
    streamBytes += chunk.length
    checkRatio(streamBytes, limits.ratio, options)
    reader.push(chunk)
  }
  reader.end()
  extraction.finish()
  const { contents, refusedXattrs } = extraction
  return { members, totalBytes, newestMtime, firstComponents: [...firstComponents], contents, refusedXattrs }
}

function checkRatio(streamBytes: number, ratio: number, { archive, compressedBytes }: UnpackOptions): void {
  if (compressedBytes === undefined || streamBytes <= Math.max(ratioFloorBytes, compressedBytes * ratio)) return
  throw new KithError('archive-invalid', {
    archive,
    reason: `it grows to more than ${ratio} times its ${compressedBytes} bytes`,
  })
}

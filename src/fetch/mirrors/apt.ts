import type { Checksum } from '../../model/checksums.ts'
import { copyFileAtomic } from '../../system/copy-file.ts'
import { digestFile } from '../../system/digests.ts'
import { isFile, makeTemporaryDirectory, readLatin1, removeTree } from '../../system/files.ts'
import { findProgram, run } from '../../system/process.ts'
import { type AptIndex, type AptSettings, aptEnvironment, firstComplaint, prepareAptIndex } from './apt-index.ts'
import { findByName, findBySha256, type RankedFile, type SourceFile } from './apt-source-index.ts'
import { parseUpstreamFileName } from './upstream-file-name.ts'

/** A source file that is wanted: what the recipe calls it and what it must hash to. */
export interface AptRequest {
  readonly fileName: string
  readonly packageName: string
  readonly checksum: Checksum
  /** Written complete and verified, or not at all. */
  readonly into: string
}

export interface AptResult {
  readonly outcome: 'found' | 'absent'
  /** A sentence: which source package the file is from, or why there is none. */
  readonly detail: string
}

/** Unlike names cost a download each to find out; a recipe's own source is among the first few or not there. */
const maximumDownloads = 4

/**
 * Gets a source file from the archive of a Debian-derived host, through apt and with the host's own configuration. A
 * SHA-256 is looked up in the source index; for a BLAKE3 the upstream archives of fitting name and version are tried.
 * What comes is hashed before it is written to `into`. Needs apt-get; no privileges.
 */
export async function fetchFromApt(
  request: AptRequest,
  settings: AptSettings,
  signal: AbortSignal,
): Promise<AptResult> {
  signal.throwIfAborted()
  if (request.checksum.algorithm === 'skip') return absent('the recipe has no checksum to verify a mirrored file by')
  const aptGet = findProgram(['apt-get'], settings.environment.PATH ?? '')
  if (aptGet === undefined) return absent('apt-get is not on PATH')
  const index = await prepareAptIndex(aptGet, settings, signal)
  signal.throwIfAborted()
  if (index.kind === 'unavailable') return absent(index.reason)

  const candidates = findCandidates(request, index.lists)
  if (candidates.length === 0)
    return absent(
      request.checksum.algorithm === 'sha256'
        ? 'no source package lists a file of this SHA-256'
        : `no source package has an upstream archive that fits "${request.fileName}"`,
    )
  return await tryCandidates(candidates, request, { aptGet, index, settings, signal })
}

async function tryCandidates(
  candidates: readonly SourceFile[],
  request: AptRequest,
  client: Client,
): Promise<AptResult> {
  const reasons: string[] = []
  const refused = new Set<string>()
  for (const candidate of candidates) {
    if (reasons.length === maximumDownloads || refused.has(candidate.sha256)) continue
    const reason = await tryCandidate(candidate, request, client)
    if (reason === undefined) return { outcome: 'found', detail: `${describe(candidate)}, through apt` }
    if (reason === otherChecksum) refused.add(candidate.sha256)
    reasons.push(`${describe(candidate)}: ${reason}`)
  }
  return absent(reasons.join('; '))
}

const otherChecksum = 'has another checksum'

function absent(detail: string): AptResult {
  return { outcome: 'absent', detail }
}

function describe(file: SourceFile): string {
  return `${file.fileName} of source package ${file.packageName} ${file.packageVersion}`
}

/** The likeliest first. Several source packages may list the same file; each is an own way to get it. */
function findCandidates({ checksum, fileName, packageName }: AptRequest, lists: readonly string[]): SourceFile[] {
  const name = parseUpstreamFileName(fileName)
  const found = lists.flatMap((list): RankedFile[] => {
    const text = readLatin1(list)
    if (checksum.algorithm === 'sha256')
      return findBySha256(text, checksum.hex).map((file) => ({ file, rank: isUpstreamArchive(file) ? 0 : 1 }))
    return name === undefined ? [] : findByName(text, name, packageName)
  })
  const ordered = found.toSorted((one, other) => one.rank - other.rank).map(({ file }) => file)
  return [...new Map(ordered.map((file) => [describe(file), file])).values()]
}

/** Also a component's archive: `name_1.0.orig-component.tar.gz`. */
function isUpstreamArchive({ fileName }: SourceFile): boolean {
  return /\.orig(-[a-z0-9-]+)?\.tar\.[a-z0-9]+$/.test(fileName)
}

interface Client {
  readonly aptGet: string
  readonly index: AptIndex & { readonly kind: 'ready' }
  readonly settings: AptSettings
  readonly signal: AbortSignal
}

/** Downloads a candidate and puts it in place; gives the reason where it is not the wanted file. */
async function tryCandidate(
  candidate: SourceFile,
  { checksum, into }: AptRequest,
  { aptGet, index, settings, signal }: Client,
): Promise<string | undefined> {
  if (checksum.algorithm === 'skip') return 'no checksum'
  const scratch = makeTemporaryDirectory(settings.workDirectory, 'download-')
  try {
    const onlyTar = isUpstreamArchive(candidate) ? ['--tar-only'] : []
    const argv = [aptGet, '--config-file', index.configuration, '--quiet', 'source', '--download-only', ...onlyTar]
    argv.push('--only-source', `${candidate.packageName}=${candidate.packageVersion}`)
    const environment = aptEnvironment(settings.environment)
    const result = await run(argv, 'download sources', { cwd: scratch, env: environment, signal })
    signal.throwIfAborted()
    // apt fails when any file of the source package is missing; only the wanted one matters here.
    const file = `${scratch}/${candidate.fileName}`
    if (!isFile(file)) return firstComplaint(result.stderr, result.status)
    const digests = await digestFile(file, [checksum.algorithm])
    signal.throwIfAborted()
    if (digests[checksum.algorithm] !== checksum.hex) return otherChecksum
    copyFileAtomic(file, into)
    return undefined
  } finally {
    removeTree(scratch)
  }
}

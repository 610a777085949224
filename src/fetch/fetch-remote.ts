import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { Checksum } from '../model/checksums.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Source } from '../model/sources.ts'
import { fileInfo } from '../system/files.ts'
import { placeFile } from '../system/place-file.ts'
import { cacheKey, sourceCachePath, sourceRecordPath } from './cache-path.ts'
import { type CachedFile, hasChecksum, isCached, writeCacheRecord } from './cache-record.ts'
import type { FetchSettings } from './fetch-settings.ts'
import { download } from './http/download.ts'
import { fetchWithProgram } from './http/fetch-program.ts'
import { dropPartialDownload } from './http/partial-download.ts'
import { lockSource } from './lock-source.ts'
import { needsChecksum, tryMirrors } from './mirrors/try-mirrors.ts'
import { redactUrls } from './redact-urls.ts'

export interface RemoteRequest {
  readonly package: PackageName
  readonly source: Extract<Source, { kind: 'remote' }>
  /** What the recipe wants; without one mirrors are not asked. */
  readonly checksum?: Checksum | undefined
}

/**
 * Gets a remote source into the cache, unless it is there: complete and synced to disk before it has its name. Throws
 * `fetch-failed`, `source-path-unsafe`, `io-failed`, `interrupted`.
 */
export async function fetchRemote(
  request: RemoteRequest,
  settings: FetchSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<void> {
  const { package: packageName, source, checksum } = request
  const path = sourceCachePath(settings.cacheDirectory, packageName, source)
  const recordPath = sourceRecordPath(settings.cacheDirectory, packageName, source)
  const cached: CachedFile = { path, recordPath, url: source.text, checksum }
  const shownUrl = redactUrls(source.text)
  const found = () => context.emit({ kind: 'source-found', package: packageName, source: shownUrl, path })
  if (await isCached(cached)) return found()
  using _lock = await lockSource(path, settings, context)
  if (await isCached(cached)) return found()
  const startedMs = performance.now()
  context.emit({ kind: 'fetch-started', package: packageName, url: shownUrl })
  const { file, mirror } = await search(request, { shownUrl, path }, { settings, context })
  placeFile(file, path)
  writeCacheRecord(cached)
  const sizeBytes = fileInfo(path)?.sizeBytes ?? 0
  const durationMs = performance.now() - startedMs
  context.emit({ kind: 'fetch-finished', package: packageName, url: shownUrl, mirror, sizeBytes, durationMs })
}

interface Surroundings {
  readonly settings: FetchSettings
  readonly context: Pick<Context, 'emit' | 'signal'>
}

interface Found {
  readonly file: string
  readonly mirror: string | undefined
}

/** Upstream, then mirrors, or the other way round. A file from upstream with the wrong checksum is the last resort. */
async function search(
  request: RemoteRequest,
  { shownUrl, path }: { readonly shownUrl: string; readonly path: string },
  { settings, context }: Surroundings,
): Promise<Found> {
  const partialPath = join(settings.cacheDirectory, 'kith/partial', cacheKey(`${path}\n${request.source.text}`))
  const askMirrors = () => searchMirrors(request, { shownUrl, into: `${partialPath}.mirror` }, { settings, context })
  const early = settings.mirrorsFirst ? await askMirrors() : undefined
  if (early?.found !== undefined) return early.found

  const { package: packageName, source, checksum } = request
  const hasSum = checksum !== undefined && checksum.algorithm !== 'skip'
  const outcome =
    settings.program === undefined
      ? await download(
          { url: source.text, partialPath, hasChecksum: hasSum, package: packageName, shownUrl },
          settings,
          context,
        )
      : await fetchWithProgram({ ...settings, url: source.text, path: partialPath, program: settings.program }, context)
  const upstream: Found = { file: partialPath, mirror: undefined }
  const isLastResort = early !== undefined || settings.mirrors.length === 0 || !hasSum
  if (outcome.kind === 'complete' && (isLastResort || (await hasChecksum(partialPath, checksum)))) return upstream

  const late = early ?? (await askMirrors())
  if (late.found !== undefined) {
    dropPartialDownload(partialPath)
    return late.found
  }
  if (outcome.kind === 'complete') return upstream
  throw new KithError('fetch-failed', {
    package: packageName,
    url: shownUrl,
    reason: outcome.reason,
    tried: late.tried,
  })
}

async function searchMirrors(
  { package: packageName, source, checksum }: RemoteRequest,
  { shownUrl, into }: { readonly shownUrl: string; readonly into: string },
  surroundings: Surroundings,
): Promise<{ readonly found: Found | undefined; readonly tried: readonly string[] }> {
  if (surroundings.settings.mirrors.length === 0) return { found: undefined, tried: [] }
  if (checksum === undefined || checksum.algorithm === 'skip') return { found: undefined, tried: [needsChecksum] }
  const wanted = { package: packageName, fileName: source.fileName, checksum, shownUrl, into }
  const { foundAt, tried } = await tryMirrors(wanted, surroundings)
  return { found: foundAt === undefined ? undefined : { file: into, mirror: foundAt }, tried }
}

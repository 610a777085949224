import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { sourceCachePath } from './cache-path.ts'
import { fetchRemote, type RemoteRequest } from './fetch-remote.ts'
import type { FetchSettings } from './fetch-settings.ts'
import { forEachOf } from './for-each-of.ts'
import { fetchGit, type GitRequest } from './git/fetch-git.ts'
import { throwIfInterrupted } from './interrupted.ts'

/** A source to be in the cache. Without a checksum, or with SKIP, mirrors are not asked. */
export type FetchRequest = RemoteRequest | (GitRequest & { readonly checksum?: undefined })

/**
 * Gets all sources into the cache, several at a time; what is there already is only told. Requests for the same place in
 * the cache are one download (the first decides, as in sh kiss). Nothing is verified: that is verifySources. All are
 * tried, then the failures are thrown: the only one as it is, several as `fetches-failed`. Throws `interrupted` at once.
 */
export async function fetchSources(
  requests: readonly FetchRequest[],
  settings: FetchSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<void> {
  const failures = new Map<FetchRequest, KithError>()
  const jobs = firstOfEachPlace(requests, settings.cacheDirectory, failures)
  await forEachOf(jobs, settings.parallel, async (request) => {
    throwIfInterrupted(context.signal)
    try {
      await fetchOne(request, settings, context)
    } catch (error) {
      throwIfInterrupted(context.signal)
      if (!(error instanceof KithError)) throw error
      failures.set(request, error)
    }
  })
  const errors = requests.flatMap((request) => failures.get(request) ?? [])
  const [only] = errors
  if (only !== undefined && errors.length === 1) throw only
  if (only !== undefined)
    throw new KithError('fetches-failed', { failures: errors.map(({ message }) => message) }, { cause: only })
}

async function fetchOne(
  request: FetchRequest,
  settings: FetchSettings,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<void> {
  const { package: packageName, source, checksum } = request
  if (source.kind === 'git') return await fetchGit({ package: packageName, source }, settings, context)
  return await fetchRemote({ package: packageName, source, checksum }, settings, context)
}

function firstOfEachPlace(
  requests: readonly FetchRequest[],
  cacheDirectory: string,
  failures: Map<FetchRequest, KithError>,
): FetchRequest[] {
  const places = new Map<string, FetchRequest>()
  for (const request of requests)
    try {
      const path = sourceCachePath(cacheDirectory, request.package, request.source)
      if (!places.has(path)) places.set(path, request)
    } catch (error) {
      if (!(error instanceof KithError)) throw error
      failures.set(request, error)
    }
  return [...places.values()]
}

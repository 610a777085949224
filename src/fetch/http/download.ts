import type { Context } from '../../events/context.ts'
import { cacheKey } from '../cache-path.ts'
import type { FetchSettings } from '../fetch-settings.ts'
import { sleep } from '../interrupted.ts'
import { longestRetryAfterMs, retryDelayMs } from '../retry-delay.ts'
import { type AttemptOutcome, attemptDownload } from './download-attempt.ts'
import { openPartialDownload, type PartialDownload } from './partial-download.ts'

export interface DownloadRequest {
  readonly url: string
  /** Where the bytes are collected; left there for a later run when this one does not get to the end. */
  readonly partialPath: string
  /** A checksum will judge the bytes, so a redirect from https to http does no harm. */
  readonly hasChecksum: boolean
  readonly package: string
  /** What is larger is not fetched to its end. */
  readonly mostBytes?: number | undefined
  /** What events call it: the source's URL, without credentials. */
  readonly shownUrl: string
}

export type DownloadOutcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'failed'; readonly reason: string; readonly isAbsent: boolean }

/**
 * Fetches one http(s) URL completely into `partialPath`: redirects, retries with back-off, resuming. That the server
 * fails is an outcome. Throws `io-failed` for the disk, `interrupted`.
 */
export async function download(
  request: DownloadRequest,
  settings: Pick<FetchSettings, 'attempts' | 'connectTimeoutMs' | 'stallTimeoutMs' | 'retryDelayMs'>,
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<DownloadOutcome> {
  if (!URL.canParse(request.url)) return failedWith('this is no URL')
  const url = new URL(request.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return failedWith('only http and https are fetched')
  using partial = openPartialDownload(request.partialPath, cacheKey(request.url))
  const options = {
    ...settings,
    signal: context.signal,
    mayLeaveTls: request.hasChecksum,
    mostBytes: request.mostBytes,
  }
  const progress = progressReporter(request, context)
  let furthestBytes = partial.sizeBytes
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptDownload(url, partial, { ...options, progress: progress.report })
    progress.flush()
    if (outcome.kind === 'complete') {
      partial.finish()
      return outcome
    }
    if (outcome.kind === 'permanent') return giveUp(partial, outcome)
    if (partial.sizeBytes > furthestBytes) attempt = 1
    furthestBytes = Math.max(furthestBytes, partial.sizeBytes)
    const { reason, retryAfterMs } = outcome
    if (attempt >= settings.attempts) return failedWith(`${reason} (${attempt} attempts)`)
    if ((retryAfterMs ?? 0) > longestRetryAfterMs)
      return failedWith(`${reason}; the server asks to come back in ${Math.round((retryAfterMs ?? 0) / 1000)} s`)
    const delayMs = retryDelayMs({ attempt, baseMs: settings.retryDelayMs, retryAfterMs, chance: Math.random() })
    const { package: name, shownUrl } = request
    context.emit({ kind: 'fetch-retried', package: name, url: shownUrl, reason, attempt: attempt + 1, delayMs })
    await sleep(delayMs, context.signal)
  }
}

/** The server will not give it: half a file is of no more use. */
function giveUp(partial: PartialDownload, outcome: Extract<AttemptOutcome, { kind: 'permanent' }>): DownloadOutcome {
  if (outcome.isAbsent) partial.startAnew({})
  return { kind: 'failed', reason: outcome.reason, isAbsent: outcome.isAbsent }
}

function failedWith(reason: string): DownloadOutcome {
  return { kind: 'failed', reason, isAbsent: false }
}

const progressIntervalMs = 100

/** Emits at most ten times a second; `flush` tells the last state if it was held back. */
function progressReporter(request: DownloadRequest, { emit }: Pick<Context, 'emit'>) {
  let lastMs = 0
  let held: (() => void) | undefined
  return {
    report(receivedBytes: number, totalBytes: number | undefined): void {
      const tell = () =>
        emit({ kind: 'fetch-progress', package: request.package, url: request.shownUrl, receivedBytes, totalBytes })
      const nowMs = performance.now()
      if (lastMs > 0 && nowMs - lastMs < progressIntervalMs) {
        held = tell
        return
      }
      lastMs = nowMs
      held = undefined
      tell()
    },
    flush(): void {
      held?.()
      held = undefined
    },
  }
}

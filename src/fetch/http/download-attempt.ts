import { type HttpResponse, requestHttp } from '../../system/http.ts'
import { throwIfInterrupted } from '../interrupted.ts'
import { parseRetryAfter } from '../retry-delay.ts'
import type { PartialDownload, Validator } from './partial-download.ts'
import { redirectTarget } from './redirect-target.ts'

export interface AttemptOptions {
  readonly mayLeaveTls: boolean
  readonly mostBytes?: number | undefined
  readonly connectTimeoutMs: number
  readonly stallTimeoutMs: number
  readonly signal: AbortSignal
  readonly progress: (receivedBytes: number, totalBytes: number | undefined) => void
}

export type AttemptOutcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'temporary'; readonly reason: string; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'permanent'; readonly reason: string; readonly isAbsent: boolean }

const mostRedirects = 10

/** One try to get the rest of `partial` from `url`: from where it ends if the file is still the same, else from the start. */
export async function attemptDownload(
  url: URL,
  partial: PartialDownload,
  options: AttemptOptions,
): Promise<AttemptOutcome> {
  const reply = await requestFollowing(url, rangeHeaders(partial), options)
  if (reply.kind !== 'response') return reply
  using response = reply
  const { status } = response
  if (status === 200) {
    const totalBytes = parseSize(response.header('content-length'))
    partial.startAnew(validatorOf(response))
    return await receive(response, partial, { ...options, totalBytes })
  }
  if (status === 206) {
    const range = parseContentRange(response.header('content-range'))
    if (range?.start !== partial.sizeBytes || partial.sizeBytes === 0 || isOther(partial.validator, response))
      return restart(partial, 'the server sent another part than asked for')
    return await receive(response, partial, { ...options, totalBytes: range.totalBytes })
  }
  if (status === 416 && partial.sizeBytes > 0) return restart(partial, 'the server has nothing after what was received')
  return refused(response)
}

/** A strong validator only: with a weak one the server could not promise the same bytes (RFC 9110, 13.1.5). */
function rangeHeaders(partial: PartialDownload): Record<string, string> {
  const { etag, lastModified } = partial.validator ?? {}
  const validator = etag !== undefined && !etag.startsWith('W/') ? etag : lastModified
  if (partial.sizeBytes === 0 || validator === undefined) return {}
  return { range: `bytes=${partial.sizeBytes}-`, 'if-range': validator }
}

async function requestFollowing(
  start: URL,
  range: Record<string, string>,
  options: AttemptOptions,
): Promise<HttpResponse | AttemptOutcome> {
  let url = start
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const reply = await requestHttp(url, { ...options, headers: { 'user-agent': 'kith', accept: '*/*', ...range } })
    throwIfInterrupted(options.signal)
    if (reply.kind === 'unreachable') return { kind: 'temporary', reason: reply.reason }
    if (![301, 302, 303, 307, 308].includes(reply.status)) return reply
    using redirect = reply
    const target = redirectTarget(url, redirect.header('location'), options.mayLeaveTls)
    if (target.kind === 'refused') return { kind: 'permanent', reason: target.reason, isAbsent: false }
    url = target.url
  }
  return { kind: 'permanent', reason: `more than ${mostRedirects} redirects`, isAbsent: false }
}

async function receive(
  response: HttpResponse,
  partial: PartialDownload,
  {
    totalBytes,
    progress,
    signal,
    mostBytes = Number.POSITIVE_INFINITY,
  }: AttemptOptions & { readonly totalBytes: number | undefined },
): Promise<AttemptOutcome> {
  for (;;) {
    const piece = await response.read()
    throwIfInterrupted(signal)
    if (piece.kind === 'cut') return { kind: 'temporary', reason: piece.reason }
    if (piece.kind === 'end') break
    if (partial.sizeBytes + piece.bytes.length > mostBytes) {
      partial.startAnew({})
      return { kind: 'permanent', reason: `it is larger than ${mostBytes} bytes`, isAbsent: false }
    }
    partial.append(piece.bytes)
    progress(partial.sizeBytes, totalBytes)
  }
  if (totalBytes === undefined || partial.sizeBytes === totalBytes) return { kind: 'complete' }
  const reason = `received ${partial.sizeBytes} of ${totalBytes} bytes`
  return partial.sizeBytes < totalBytes ? { kind: 'temporary', reason } : restart(partial, reason)
}

function restart(partial: PartialDownload, reason: string): AttemptOutcome {
  partial.startAnew({})
  return { kind: 'temporary', reason }
}

function refused(response: HttpResponse): AttemptOutcome {
  const { status } = response
  const reason = `HTTP ${status}${response.statusText === '' ? '' : ` ${response.statusText}`}`
  const isTemporary = [408, 425, 429].includes(status) || (status >= 500 && status !== 501 && status !== 505)
  if (isTemporary)
    return { kind: 'temporary', reason, retryAfterMs: parseRetryAfter(response.header('retry-after'), Date.now()) }
  return { kind: 'permanent', reason, isAbsent: status === 404 || status === 410 }
}

function validatorOf(response: HttpResponse): Validator {
  return { etag: response.header('etag'), lastModified: response.header('last-modified') }
}

/** Whether a server that ignores If-Range sent a part of another version. */
function isOther(earlier: Validator | undefined, response: HttpResponse): boolean {
  const now = validatorOf(response)
  if (earlier?.etag !== undefined && now.etag !== undefined) return earlier.etag !== now.etag
  return (
    earlier?.lastModified !== undefined && now.lastModified !== undefined && earlier.lastModified !== now.lastModified
  )
}

function parseSize(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined
}

/** `bytes 200-999/1000`; the total may be `*`. */
function parseContentRange(value: string | undefined): { start: number; totalBytes: number | undefined } | undefined {
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(value?.trim() ?? '') ?? []
  if (start === undefined || end === undefined) return undefined
  return { start: Number(start), totalBytes: total === '*' ? Number(end) + 1 : Number(total) }
}

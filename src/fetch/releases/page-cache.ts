import { join } from 'node:path'
import type { Context } from '../../events/context.ts'
import { isFile, makeDirectory, readText, writeFileAtomic } from '../../system/files.ts'
import { requestHttp } from '../../system/http.ts'
import { cacheKey } from '../cache-path.ts'
import type { FetchSettings } from '../fetch-settings.ts'
import { redirectTarget } from '../http/redirect-target.ts'
import { throwIfInterrupted } from '../interrupted.ts'
import { parseJsonObject, textField } from '../json-fields.ts'

export type Page =
  /** What the server said, up to the size limit; a status like 404 is an answer too. `ageMs` is 0 for a fresh one. */
  | { readonly kind: 'page'; readonly status: number; readonly body: string; readonly ageMs: number }
  /** Offline: it was never asked for. */
  | { readonly kind: 'not-cached' }
  | { readonly kind: 'unreachable'; readonly reason: string }

export interface PageSource {
  readonly read: (url: string) => Promise<Page>
}

export interface PageSettings extends Pick<FetchSettings, 'cacheDirectory' | 'connectTimeoutMs' | 'stallTimeoutMs'> {
  /** Only what is cached, however old. */
  readonly isOffline: boolean
  /** A page as old as that is asked for again. */
  readonly maxAgeMs: number
  readonly nowMs: number
}

const largestPageBytes = 1 << 20
const mostRedirects = 5
/** So many failures in a row, and a host is asked nothing more. */
const mostFailures = 3

/** Pages of the web, kept below `<cache>/kith/pages` for a time; each is asked for once. Throws `interrupted`, `io-failed`. */
export function openPageCache(settings: PageSettings, { signal }: Pick<Context, 'signal'>): PageSource {
  const asked = new Map<string, Promise<Page>>()
  const failures = new Map<string, { count: number; reason: string }>()
  const fetchPage = async (url: string): Promise<Page> => {
    const { host } = new URL(url)
    const failed = failures.get(host)
    if (failed !== undefined && failed.count >= mostFailures) return { kind: 'unreachable', reason: failed.reason }
    const page = await requestPage(new URL(url), settings, signal)
    throwIfInterrupted(signal)
    if (page.kind === 'page' && !isTemporary(page.status)) {
      failures.delete(host)
      writePage(url, page, settings)
      return page
    }
    const reason = page.kind === 'page' ? `HTTP ${page.status}` : page.kind === 'unreachable' ? page.reason : ''
    failures.set(host, { count: (failures.get(host)?.count ?? 0) + 1, reason })
    return { kind: 'unreachable', reason }
  }
  const read = async (url: string): Promise<Page> => {
    const cached = readPage(url, settings)
    if (settings.isOffline) return cached ?? { kind: 'not-cached' }
    return cached !== undefined && cached.ageMs < settings.maxAgeMs ? cached : await fetchPage(url)
  }
  return {
    read(url) {
      const known = asked.get(url) ?? read(url)
      asked.set(url, known)
      return known
    },
  }
}

function isTemporary(status: number): boolean {
  return status === 429 || status === 408 || status === 403 || status >= 500
}

async function requestPage(start: URL, settings: PageSettings, signal: AbortSignal): Promise<Page> {
  let url = start
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const headers = { 'user-agent': 'kith (outdated)', accept: 'text/html, image/svg+xml, */*' }
    const reply = await requestHttp(url, { ...settings, headers, signal })
    if (reply.kind === 'unreachable') return reply
    using response = reply
    const { status } = response
    if (![301, 302, 303, 307, 308].includes(status)) return await receivePage(response)
    const target = redirectTarget(url, response.header('location'), false)
    if (target.kind === 'refused') return { kind: 'unreachable', reason: target.reason }
    url = target.url
  }
  return { kind: 'unreachable', reason: `more than ${mostRedirects} redirects` }
}

async function receivePage(
  response: Extract<Awaited<ReturnType<typeof requestHttp>>, { kind: 'response' }>,
): Promise<Page> {
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  while (sizeBytes < largestPageBytes) {
    const piece = await response.read()
    if (piece.kind === 'cut') return { kind: 'unreachable', reason: piece.reason }
    if (piece.kind === 'end') break
    pieces.push(piece.bytes)
    sizeBytes += piece.bytes.length
  }
  return { kind: 'page', status: response.status, body: Buffer.concat(pieces).toString(), ageMs: 0 }
}

function pagePath(url: string, { cacheDirectory }: PageSettings): string {
  return join(cacheDirectory, 'kith/pages', cacheKey(url))
}

/** `{"url":"https://…","savedMs":1700000000000,"status":200,"body":"…"}`; what is damaged is not there. */
function readPage(url: string, settings: PageSettings): Extract<Page, { kind: 'page' }> | undefined {
  const path = pagePath(url, settings)
  const fields = isFile(path) ? parseJsonObject(readText(path)) : undefined
  const body = textField(fields, 'body')
  const { savedMs, status } = fields ?? {}
  if (body === undefined || typeof savedMs !== 'number' || typeof status !== 'number' || fields?.url !== url)
    return undefined
  return { kind: 'page', status, body, ageMs: Math.max(0, settings.nowMs - savedMs) }
}

function writePage(url: string, { status, body }: Extract<Page, { kind: 'page' }>, settings: PageSettings): void {
  const path = pagePath(url, settings)
  makeDirectory(join(settings.cacheDirectory, 'kith/pages'))
  writeFileAtomic(path, JSON.stringify({ url, savedMs: settings.nowMs, status, body }))
}

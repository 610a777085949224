import { errorCode, reasonOf } from './failure.ts'

export interface HttpOptions {
  readonly headers: Readonly<Record<string, string>>
  /** Until the head of the response is there. */
  readonly connectTimeoutMs: number
  /** Between two pieces of the body. */
  readonly stallTimeoutMs: number
  readonly signal: AbortSignal
}

export type HttpReply = HttpResponse | { readonly kind: 'unreachable'; readonly reason: string }

/** The head of a response; its body is read piece by piece. Dispose of it to give up the connection. */
export interface HttpResponse extends Disposable {
  readonly kind: 'response'
  readonly status: number
  readonly statusText: string
  header(name: string): string | undefined
  read(): Promise<HttpPiece>
}

type HttpPiece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  /** The connection broke or stood still, or the signal fired, before the end. */
  | { readonly kind: 'cut'; readonly reason: string }

/**
 * One GET request, no redirects followed, the body as the server sent it: nothing is decompressed, because a `.tar.gz`
 * must stay one. Never throws: a failed connection is a reply. Honours http_proxy, https_proxy and no_proxy.
 */
export async function requestHttp(url: URL, options: HttpOptions): Promise<HttpReply> {
  const controller = new AbortController()
  const giveUp = () => controller.abort()
  options.signal.addEventListener('abort', giveUp, { once: true })
  if (options.signal.aborted) giveUp()
  const init = {
    headers: { ...options.headers, 'accept-encoding': 'identity' },
    redirect: 'manual',
    decompress: false,
    timeout: false,
    signal: controller.signal,
  } as const
  const reply = await within(options.connectTimeoutMs, fetch(url, init), 'connect')
  if (reply.kind === 'failed') {
    giveUp()
    options.signal.removeEventListener('abort', giveUp)
    return { kind: 'unreachable', reason: reply.reason }
  }
  const { status, statusText, headers, body } = reply.value
  const reader = body?.getReader()
  return {
    kind: 'response',
    status,
    statusText,
    header: (name) => headers.get(name) ?? undefined,
    async read() {
      if (reader === undefined) return { kind: 'end' }
      const piece = await within(options.stallTimeoutMs, reader.read(), 'stall')
      if (piece.kind === 'failed') return { kind: 'cut', reason: piece.reason }
      return piece.value.done ? { kind: 'end' } : { kind: 'bytes', bytes: piece.value.value }
    },
    [Symbol.dispose]() {
      options.signal.removeEventListener('abort', giveUp)
      giveUp()
    },
  }
}

type Waited<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'failed'; readonly reason: string }

async function within<Value>(
  limitMs: number,
  promise: Promise<Value>,
  waitFor: 'connect' | 'stall',
): Promise<Waited<Value>> {
  const seconds = `${Math.round(limitMs / 100) / 10} s`
  const late = waitFor === 'connect' ? `no answer within ${seconds}` : `nothing received for ${seconds}`
  let timer: Timer | undefined
  const limit = new Promise<Waited<Value>>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'failed', reason: late }), limitMs)
  })
  const outcome = promise.then(
    (value): Waited<Value> => ({ kind: 'done', value }),
    (error: unknown): Waited<Value> => ({ kind: 'failed', reason: connectionReason(error) }),
  )
  try {
    return await Promise.race([outcome, limit])
  } finally {
    clearTimeout(timer)
  }
}

function connectionReason(error: unknown): string {
  return words[errorCode(error) ?? ''] ?? reasonOf(error)
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed early',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found (name service does not answer)',
  EHOSTUNREACH: 'host not reachable',
  ENETUNREACH: 'network not reachable',
  ETIMEDOUT: 'connection timed out',
  EPROTO: 'the TLS handshake failed',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the server is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate of the server cannot be verified',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another host',
}

/** For tests: an HTTP server on 127.0.0.1 whose answers are written byte by byte, so that it can misbehave. */
export interface TestServer extends Disposable {
  readonly url: string
  readonly requests: TestRequest[]
}

export interface TestRequest {
  readonly path: string
  readonly headers: ReadonlyMap<string, string>
}

export interface TestAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Bytes of the body after which nothing more comes. */
  readonly cutAfter?: number
  /** What happens then: the connection is closed, or stays open and silent. */
  readonly ending?: 'close' | 'silence'
}

/** `answer` gets each request with its number from 0; undefined: no answer at all, the connection stays open. */
export function serve(answer: (request: TestRequest, index: number) => TestAnswer | undefined): TestServer {
  const requests: TestRequest[] = []
  const listener = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(socket, bytes) {
        const request = parseRequest(bytes.toString('latin1'))
        requests.push(request)
        const given = answer(request, requests.length - 1)
        if (given === undefined) return
        socket.write(printAnswer(given))
        if (given.ending === 'silence') return
        // Bun forgets what it received if the end comes along with it.
        if (given.cutAfter === undefined) socket.end()
        else setTimeout(() => socket.end(), 30)
      },
    },
  })
  return { url: `http://127.0.0.1:${listener.port}`, requests, [Symbol.dispose]: () => listener.stop(true) }
}

/** Serves `content` as a server does that knows Range and If-Range; `limit` cuts each body. */
export function ranged(
  { headers }: TestRequest,
  content: string,
  options: { readonly etag: string; readonly cutAfter?: number },
): TestAnswer {
  const [, start] = /^bytes=(\d+)-$/.exec(headers.get('range') ?? '') ?? []
  const cut = options.cutAfter === undefined ? {} : { cutAfter: options.cutAfter }
  if (start === undefined || headers.get('if-range') !== options.etag)
    return { headers: { etag: options.etag }, body: content, ...cut }
  const contentRange = `bytes ${start}-${content.length - 1}/${content.length}`
  const body = content.slice(Number(start))
  return { status: 206, headers: { etag: options.etag, 'content-range': contentRange }, body, ...cut }
}

function parseRequest(text: string): TestRequest {
  const [first = '', ...lines] = text.split('\r\n')
  const headers = new Map(lines.map((line) => [line.split(':')[0]?.toLowerCase() ?? '', line.replace(/^[^:]*: */, '')]))
  return { path: first.split(' ')[1] ?? '', headers }
}

function printAnswer({ status = 200, headers = {}, body = '', cutAfter }: TestAnswer): Uint8Array {
  const bytes = Buffer.from(body)
  const hasLength = 'content-length' in headers || 'transfer-encoding' in headers
  const all = { ...(hasLength ? {} : { 'content-length': String(bytes.length) }), connection: 'close', ...headers }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Status\r\n${head.join('')}\r\n`), bytes.subarray(0, cutAfter)])
}

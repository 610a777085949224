import { describe, expect, test } from 'bun:test'
import { isKithError } from '../../errors/kith-error.ts'
import { failureOf, openBench } from '../fetch-fixture.ts'
import { download } from './download.ts'
import { content, get, partialOf, received } from './download-fixture.ts'
import { ranged, serve } from './server-fixture.ts'

describe('download() never takes a part for the whole', () => {
  test('a body shorter than its Content-Length is a failure', async () => {
    using bench = openBench()
    using server = serve(() => ({ body: content, cutAfter: 1000 }))

    const outcome = await get(bench, `${server.url}/x`, { attempts: 3 })

    expect(outcome).toEqual({ kind: 'failed', reason: 'the connection was closed early (3 attempts)', isAbsent: false })
    expect(server.requests).toHaveLength(3)
  })

  test('a chunked body without its last chunk is a failure', async () => {
    using bench = openBench()
    using server = serve(() => ({ headers: { 'transfer-encoding': 'chunked' }, body: '3\r\nabc\r\n' }))

    expect((await get(bench, `${server.url}/x`, { attempts: 1 })).kind).toBe('failed')
  })

  test('a body without length is complete when the connection ends', async () => {
    using bench = openBench()
    using server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () => new Response(new Blob([content]).stream()),
    })

    expect(await get(bench, `${server.url.origin}/x`)).toEqual({ kind: 'complete' })
    expect(received(bench)).toBe(content)
  })

  test('an empty file is complete', async () => {
    using bench = openBench()
    using server = serve(() => ({ body: '' }))

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })
    expect(received(bench)).toBe('')
  })
})

describe('download() with servers that fail', () => {
  test('a 404 is not asked twice', async () => {
    using bench = openBench()
    using server = serve(() => ({ status: 404, body: 'no such page' }))

    const outcome = await get(bench, `${server.url}/x`)

    expect(outcome).toEqual({ kind: 'failed', reason: 'HTTP 404 Status', isAbsent: true })
    expect(server.requests).toHaveLength(1)
    expect(bench.list('partial')).toEqual([])
  })

  test('a 500 is asked again', async () => {
    using bench = openBench()
    using server = serve((_, index) => (index < 2 ? { status: 500 } : { body: content }))

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })

    expect(bench.ofKind('fetch-retried').map(({ attempt, reason }) => [attempt, reason])).toEqual([
      [2, 'HTTP 500 Status'],
      [3, 'HTTP 500 Status'],
    ])
  })

  test('Retry-After is waited for, but not for an hour', async () => {
    using bench = openBench()
    using server = serve((_, index) =>
      index === 0 ? { status: 429, headers: { 'retry-after': '1' } } : { body: content },
    )
    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })
    expect(bench.ofKind('fetch-retried')[0]?.delayMs).toBe(1000)

    using closed = serve(() => ({ status: 503, headers: { 'retry-after': '3600' } }))
    expect(await get(bench, `${closed.url}/x`)).toMatchObject({
      reason: 'HTTP 503 Status; the server asks to come back in 3600 s',
    })
  })

  test('a server that stands still is left after the stall time-out', async () => {
    using bench = openBench()
    using server = serve(() => ({ body: content, cutAfter: 10, ending: 'silence' }))

    const outcome = await get(bench, `${server.url}/x`, { stallTimeoutMs: 100, attempts: 1 })

    expect(outcome).toMatchObject({ reason: 'nothing received for 0.1 s (1 attempts)' })
  })

  test('a server that does not answer is left after the connect time-out', async () => {
    using bench = openBench()
    using server = serve(() => undefined)

    const outcome = await get(bench, `${server.url}/x`, { connectTimeoutMs: 100, attempts: 2 })

    expect(outcome).toMatchObject({ reason: 'no answer within 0.1 s (2 attempts)' })
  })

  test('a closed port is a failure', async () => {
    using bench = openBench()
    const server = serve(() => undefined)
    server[Symbol.dispose]()

    expect(await get(bench, `${server.url}/x`, { attempts: 2 })).toMatchObject({
      reason: 'connection refused (2 attempts)',
    })
  })

  test('an interruption ends it at once, also while it waits', async () => {
    using bench = openBench()
    using silent = serve(() => ({ body: content, cutAfter: 10, ending: 'silence' }))
    using failing = serve(() => ({ status: 500 }))
    setTimeout(bench.abort, 100)
    const startedMs = performance.now()

    const errors = await Promise.all([
      failureOf(get(bench, `${silent.url}/x`)),
      failureOf(
        download(
          { url: failing.url, partialPath: `${partialOf(bench)}2`, hasChecksum: false, package: 'zlib', shownUrl: '' },
          bench.settings({ retryDelayMs: 60_000 }),
          bench.context,
        ),
      ),
    ])

    expect(errors.map((error) => isKithError(error, 'interrupted'))).toEqual([true, true])
    expect(performance.now() - startedMs).toBeLessThan(1_000)
  })
})

describe('download() follows redirects', () => {
  test('also relative ones, and keeps what was received when one is cut', async () => {
    using bench = openBench()
    using server = serve((request, index) =>
      request.path === '/a/x'
        ? { status: 302, headers: { location: '../b/x' } }
        : ranged(request, content, { etag: '"1"', ...(index === 1 ? { cutAfter: 1000 } : {}) }),
    )

    expect(await get(bench, `${server.url}/a/x`)).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
    expect(server.requests.map(({ path }) => path)).toEqual(['/a/x', '/b/x', '/a/x', '/b/x'])
  })

  test('but not in circles', async () => {
    using bench = openBench()
    using server = serve(() => ({ status: 302, headers: { location: '/x' } }))

    expect(await get(bench, `${server.url}/x`)).toMatchObject({ reason: 'more than 10 redirects' })
    expect(server.requests).toHaveLength(11)
  })

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/x', 'data:,x', ''])('but not to "%s"', async (location) => {
    using bench = openBench()
    using server = serve(() => ({ status: 302, headers: { location } }))

    expect((await get(bench, `${server.url}/x`)).kind).toBe('failed')
    expect(server.requests).toHaveLength(1)
  })
})

test('download() keeps a compressed file compressed', async () => {
  using bench = openBench()
  const compressed = Bun.gzipSync(content)
  using server = serve(() => ({ headers: { 'content-encoding': 'gzip' }, body: compressed }))

  expect(await get(bench, `${server.url}/x.tar.gz`)).toEqual({ kind: 'complete' })

  expect(Buffer.from(await Bun.file(partialOf(bench)).bytes())).toEqual(Buffer.from(compressed))
  expect(server.requests[0]?.headers.get('accept-encoding')).toBe('identity')
})

test('download() sends the credentials of the URL and never tells them', async () => {
  using bench = openBench()
  using server = serve((_, index) => (index === 0 ? { status: 500 } : { body: content }))

  await get(bench, `${server.url.replace('//', '//me:secret@')}/x`)

  expect(server.requests[0]?.headers.get('authorization')).toBe(`Basic ${btoa('me:secret')}`)
  expect(bench.events).not.toBeEmpty()
  expect(JSON.stringify(bench.events)).not.toContain('secret')
})

test('download() tells the progress with the total, about ten times a second', async () => {
  using bench = openBench()
  const piece = new Uint8Array(10_000)
  using server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: () =>
      new Response(
        async function* () {
          for (let index = 0; index < 100; index++) {
            yield piece
            await Bun.sleep(4)
          }
        },
        { headers: { 'content-length': String(100 * piece.length) } },
      ),
  })

  await get(bench, `${server.url.origin}/x`)

  const told = bench.ofKind('fetch-progress')
  expect(told.length).toBeGreaterThan(2)
  expect(told.length).toBeLessThan(20)
  expect(told.at(-1)).toMatchObject({ receivedBytes: 1_000_000 })
})

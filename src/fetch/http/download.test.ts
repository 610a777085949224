import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { isKithError } from '../../errors/kith-error.ts'
import { isFile, readText } from '../../system/files.ts'
import { type FetchBench, failureOf, openBench, testPackage } from '../fetch-bench.ts'
import type { FetchSettings } from '../fetch-settings.ts'
import { redactUrls } from '../redact-urls.ts'
import { download } from './download.ts'
import { ranged, serve, type TestAnswer } from './test-server.ts'

const content = Array.from({ length: 400 }, (_, index) => `line ${index}\n`).join('')

function get(bench: FetchBench, url: string, changes: Partial<FetchSettings> = {}) {
  return download(
    { url, partialPath: partialOf(bench), hasChecksum: false, package: testPackage, shownUrl: redactUrls(url) },
    bench.settings(changes),
    bench.context,
  )
}

const partialOf = (bench: FetchBench) => join(bench.directory, 'partial/x')
const received = (bench: FetchBench) => readText(partialOf(bench))

describe('download() goes on where it was cut', () => {
  test('by Range and If-Range, in one run', async () => {
    using bench = openBench()
    using server = serve((request) => ranged(request, content, { etag: '"1"', cutAfter: 1000 }))

    expect(await get(bench, `${server.url}/x`, { attempts: 2 })).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
    expect(server.requests.map(({ headers }) => headers.get('range'))).toEqual([
      undefined,
      'bytes=1000-',
      'bytes=2000-',
      'bytes=3000-',
    ])
    expect(isFile(`${partialOf(bench)}.json`)).toBe(false)
  })

  test('in the next run, after an interruption', async () => {
    using bench = openBench()
    using server = serve((request, index) =>
      ranged(request, content, index === 0 ? { etag: '"1"', cutAfter: 1000 } : { etag: '"1"' }),
    )
    await get(bench, `${server.url}/x`, { attempts: 1 })
    expect(received(bench)).toBe(content.slice(0, 1000))

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
    expect(server.requests[1]?.headers.get('range')).toBe('bytes=1000-')
  })

  test('but anew when the server ignores Range', async () => {
    using bench = openBench()
    using server = serve((_, index) => ({
      headers: { etag: '"1"' },
      body: content,
      ...(index === 0 ? { cutAfter: 1000 } : {}),
    }))

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
  })

  test('but anew when the file has changed', async () => {
    using bench = openBench()
    using server = serve((request, index) =>
      index === 0
        ? ranged(request, 'old '.repeat(500), { etag: '"old"', cutAfter: 1000 })
        : ranged(request, content, { etag: '"new"' }),
    )

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
  })

  test('but anew when a server that ignores If-Range sends the rest of another file', async () => {
    using bench = openBench()
    using server = serve((request, index): TestAnswer => {
      if (index === 0) return ranged(request, 'old '.repeat(500), { etag: '"old"', cutAfter: 1000 })
      if (index > 1) return ranged(request, content, { etag: '"new"' })
      const contentRange = `bytes 1000-${content.length - 1}/${content.length}`
      return { status: 206, headers: { etag: '"new"', 'content-range': contentRange }, body: content.slice(1000) }
    })

    expect(await get(bench, `${server.url}/x`)).toEqual({ kind: 'complete' })

    expect(received(bench)).toBe(content)
  })

  test('but anew without a strong validator, and when the server answers 416', async () => {
    using bench = openBench()
    using weak = serve((_, index) => ({
      headers: { etag: 'W/"1"' },
      body: content,
      ...(index === 0 ? { cutAfter: 1000 } : {}),
    }))
    expect(await get(bench, `${weak.url}/x`)).toEqual({ kind: 'complete' })
    expect(weak.requests[1]?.headers.get('range')).toBeUndefined()
    expect(received(bench)).toBe(content)

    using shrunk = serve((request, index) =>
      index === 1
        ? { status: 416 }
        : ranged(request, content, { etag: '"1"', ...(index === 0 ? { cutAfter: 900 } : {}) }),
    )
    expect(await get(bench, `${shrunk.url}/x`)).toEqual({ kind: 'complete' })
    expect(received(bench)).toBe(content)
  })

  test('but not with bytes of another URL, nor with bytes that a power cut may have spoilt', async () => {
    using bench = openBench()
    using server = serve((request, index) =>
      ranged(request, content, index % 2 === 0 ? { etag: '"1"', cutAfter: 1000 } : { etag: '"1"' }),
    )
    await get(bench, `${server.url}/x`, { attempts: 1 })
    await get(bench, `${server.url}/y`)
    expect(server.requests[1]?.headers.get('range')).toBeUndefined()

    await get(bench, `${server.url}/x`, { attempts: 1 })
    const record = JSON.parse(readText(`${partialOf(bench)}.json`))
    bench.write('partial/x.json', JSON.stringify({ ...record, bootId: 'an earlier boot', syncedBytes: 700 }))
    await get(bench, `${server.url}/x`)

    expect(server.requests[3]?.headers.get('range')).toBe('bytes=700-')
    expect(received(bench)).toBe(content)
  })
})

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

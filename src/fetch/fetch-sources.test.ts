import { describe, expect, test } from 'bun:test'
import { isKithError, KithError } from '../errors/kith-error.ts'
import type { Checksum } from '../model/checksums.ts'
import { digestBytes } from '../system/digests.ts'
import { type FetchBench, failureOf, openBench, remoteSource, testPackage } from './fetch-fixture.ts'
import { type FetchRequest, fetchSources } from './fetch-sources.ts'
import { serve } from './http/server-fixture.ts'

const request = (url: string, options: { destination?: string; checksum?: Checksum } = {}): FetchRequest => ({
  package: testPackage,
  source: remoteSource(url, options.destination),
  ...(options.checksum === undefined ? {} : { checksum: options.checksum }),
})

const blake3 = async (text: string): Promise<Checksum> => ({
  algorithm: 'blake3',
  hex: await digestBytes(new TextEncoder().encode(text), 'blake3'),
})

const fetch = (bench: FetchBench, requests: readonly FetchRequest[]) =>
  fetchSources(requests, bench.settings(), bench.context)

describe('fetchSources() and the cache', () => {
  test('a file is put where sh kiss looks for it, and found there the next time', async () => {
    using bench = openBench()
    using server = serve(() => ({ body: 'bytes' }))
    const requests = [request(`${server.url}/a/zlib.tar.gz`)]

    await fetch(bench, requests)
    await fetch(bench, requests)

    expect(bench.list('kiss/sources/zlib')).toEqual(['zlib.tar.gz'])
    expect(bench.text('kiss/sources/zlib/zlib.tar.gz')).toBe('bytes')
    expect(server.requests).toHaveLength(1)
    expect(bench.events.map(({ kind }) => kind)).toEqual([
      'fetch-started',
      'fetch-progress',
      'fetch-finished',
      'source-found',
    ])
    expect(bench.list('kiss/kith/partial')).toEqual([])
    expect(bench.list('kiss/kith/locks')).toEqual([])
  })

  test('a file that sh kiss downloaded is taken as it is', async () => {
    using bench = openBench()
    bench.write('kiss/sources/zlib/zlib.tar.gz', 'from sh')

    await fetch(bench, [request('http://127.0.0.1:1/zlib.tar.gz')])

    expect(bench.events).toEqual([
      {
        kind: 'source-found',
        package: 'zlib',
        source: 'http://127.0.0.1:1/zlib.tar.gz',
        path: `${bench.directory}/kiss/sources/zlib/zlib.tar.gz`,
      },
    ])
  })

  test('a changed URL with the same base name is fetched anew, and the old file stays until the new one is there', async () => {
    using bench = openBench()
    using server = serve(({ path }) => (path.startsWith('/3/') ? { status: 404 } : { body: path }))
    await fetch(bench, [request(`${server.url}/1/zlib.tar.gz`)])

    await fetch(bench, [request(`${server.url}/2/zlib.tar.gz`)])
    expect(bench.text('kiss/sources/zlib/zlib.tar.gz')).toBe('/2/zlib.tar.gz')

    await failureOf(fetch(bench, [request(`${server.url}/3/zlib.tar.gz`)]))
    expect(bench.text('kiss/sources/zlib/zlib.tar.gz')).toBe('/2/zlib.tar.gz')
  })

  test('a changed URL is not fetched when the cached bytes have the wanted checksum', async () => {
    using bench = openBench()
    using server = serve(() => ({ body: 'bytes' }))
    const checksum = await blake3('bytes')
    await fetch(bench, [request(`${server.url}/1/zlib.tar.gz`)])

    await fetch(bench, [request(`${server.url}/2/zlib.tar.gz`, { checksum })])
    await fetch(bench, [request(`${server.url}/2/zlib.tar.gz`)])

    expect(server.requests).toHaveLength(1)
  })

  test('one base name in two destinations is two files', async () => {
    using bench = openBench()
    using server = serve(({ path }) => ({ body: path }))

    await fetch(bench, [
      request(`${server.url}/1/v0.1.0.zip`, { destination: 'tools' }),
      request(`${server.url}/2/v0.1.0.zip`, { destination: 'mod/deep' }),
      request(`${server.url}/3/x?no-extract#part`),
    ])

    expect(bench.text('kiss/sources/zlib/tools/v0.1.0.zip')).toBe('/1/v0.1.0.zip')
    expect(bench.text('kiss/sources/zlib/mod/deep/v0.1.0.zip')).toBe('/2/v0.1.0.zip')
    expect(bench.text('kiss/sources/zlib/x?no-extract#part')).toBe('/3/x?no-extract')
  })

  test('two requests for one place are one download', async () => {
    using bench = openBench()
    using server = serve(() => ({ body: 'bytes' }))

    await fetch(bench, [request(`${server.url}/zlib.tar.gz`), request(`${server.url}/zlib.tar.gz`)])

    expect(server.requests).toHaveLength(1)
  })

  test('two runs at the same time download once, the second waits', async () => {
    using bench = openBench()
    using server = serve(() => ({ body: 'x'.repeat(1000), cutAfter: 1000 }))
    const requests = [request(`${server.url}/zlib.tar.gz`)]

    await Promise.all([fetch(bench, requests), fetch(bench, requests)])

    expect(server.requests).toHaveLength(1)
    expect(bench.ofKind('lock-waiting')).toHaveLength(1)
    expect(bench.ofKind('source-found')).toHaveLength(1)
  })
})

describe('fetchSources() and failures', () => {
  test('all are tried and all failures told in one error', async () => {
    using bench = openBench()
    using server = serve(({ path }) => (path === '/good' ? { body: 'bytes' } : { status: 404 }))

    const error = await failureOf(
      fetch(bench, [request(`${server.url}/bad1`), request(`${server.url}/good`), request(`${server.url}/bad2`)]),
    )

    if (!isKithError(error, 'fetches-failed')) throw error
    expect(error.message).toBe(
      `Cannot fetch 2 sources:
  Cannot fetch "${server.url}/bad1" for "zlib": HTTP 404 Status
  Cannot fetch "${server.url}/bad2" for "zlib": HTTP 404 Status`,
    )
    expect(bench.list('kiss/sources/zlib')).toEqual(['good'])
  })

  test('a single failure is thrown as it is', async () => {
    using bench = openBench()
    using server = serve(() => ({ status: 403 }))

    const error = await failureOf(fetch(bench, [request(`${server.url.replace('//', '//me:secret@')}/x`)]))

    expect(isKithError(error, 'fetch-failed')).toBe(true)
    expect(String(error)).toContain('HTTP 403 Status')
    expect(String(error)).not.toContain('secret')
  })

  test('schemes other than http and https are refused', async () => {
    using bench = openBench()

    const error = await failureOf(fetch(bench, [request('file:///etc/passwd'), request('ftp://127.0.0.1/x')]))

    expect(String(error)).toContain('"file:///etc/passwd" for "zlib": only http and https are fetched')
    expect(String(error)).toContain('"ftp://127.0.0.1/x" for "zlib": only http and https are fetched')
  })

  test('a cache that cannot be written is told with its path', async () => {
    using bench = openBench()
    using server = serve(() => ({ body: 'bytes' }))
    bench.write('kiss/sources', 'a file where the directory should be')

    const error = await failureOf(fetch(bench, [request(`${server.url}/x`)]))

    expect(isKithError(error, 'io-failed')).toBe(true)
    expect(String(error)).toContain(`${bench.directory}/kiss/sources`)
  })

  test('a hostile destination never leaves the cache of the package', async () => {
    using bench = openBench()
    using server = serve(() => ({ body: 'bytes' }))
    const hostile = ['../../x', '/etc', 'a/../../..']

    const error = await failureOf(
      fetch(
        bench,
        hostile.map((destination) => request(`${server.url}/x`, { destination })),
      ),
    )

    expect(error).toBeInstanceOf(KithError)
    expect(String(error)).toContain('the destination "../../x" leads outside')
    expect(String(error)).toContain('the destination "/etc" is an absolute path')
    expect(server.requests).toHaveLength(0)
  })

  test('an interruption leaves the cache without the unfinished file', async () => {
    using bench = openBench()
    using server = serve(() => ({ body: 'x'.repeat(1000), cutAfter: 500, ending: 'silence' }))
    setTimeout(bench.abort, 100)

    const error = await failureOf(fetch(bench, [request(`${server.url}/x`)]))

    expect(isKithError(error, 'interrupted')).toBe(true)
    expect(bench.list('kiss/sources/zlib')).toBeUndefined()
    expect(bench.list('kiss/kith/partial')).toHaveLength(2)
  })
})

test('fetchSources() fetches no more at the same time than it is told to', async () => {
  using bench = openBench()
  let running = 0
  let most = 0
  using server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch() {
      most = Math.max(most, ++running)
      await Bun.sleep(20)
      running--
      return new Response('bytes')
    },
  })
  const requests = Array.from({ length: 9 }, (_, index) => request(`${server.url.origin}/${index}`))

  await fetchSources(requests, bench.settings({ parallel: 3 }), bench.context)

  expect(most).toBe(3)
  expect(bench.list('kiss/sources/zlib')).toHaveLength(9)
})

import { describe, expect, test } from 'bun:test'
import { isKithError } from '../../errors/kith-error.ts'
import type { Checksum } from '../../model/checksums.ts'
import { digestBytes } from '../../system/digests.ts'
import { type FetchBench, failureOf, openBench, remoteSource, testPackage } from '../fetch-fixture.ts'
import type { FetchSettings } from '../fetch-settings.ts'
import { fetchSources } from '../fetch-sources.ts'
import { serve } from '../http/server-fixture.ts'

const digest = (algorithm: 'blake3' | 'sha256') => digestBytes(new TextEncoder().encode('bytes'), algorithm)
const blake3 = await digest('blake3')
const sha256 = await digest('sha256')
const checksum: Checksum = { algorithm: 'blake3', hex: blake3 }

function fetchFrom(bench: FetchBench, url: string, changes: Partial<FetchSettings> & { checksum?: Checksum }) {
  const { checksum: wanted = checksum, ...settings } = changes
  return fetchSources(
    [{ package: testPackage, source: remoteSource(url), checksum: wanted }],
    bench.settings(settings),
    bench.context,
  )
}

const outcomes = (bench: FetchBench) => bench.ofKind('mirror-tried').map(({ mirror, outcome }) => [mirror, outcome])

describe('a directory as mirror', () => {
  test.each([
    ['by hash', `blake3/${blake3}`, checksum],
    ['by hash', `sha256/${sha256}`, { algorithm: 'sha256', hex: sha256 } as const],
    ['by name', 'zlib.tar.gz?x', checksum],
  ])('has the file %s (%s) when upstream fails', async (name, path, wanted) => {
    using bench = openBench()
    using upstream = serve(() => ({ status: 404 }))
    bench.write(`mirror/${path}`, 'bytes')
    const mirror = `${bench.directory}/mirror`

    await fetchFrom(bench, `${upstream.url}/zlib.tar.gz?x`, {
      mirrors: [{ kind: 'directory', path: mirror }],
      checksum: wanted,
    })

    expect(bench.text('kiss/sources/zlib/zlib.tar.gz?x')).toBe('bytes')
    expect(outcomes(bench)).toEqual([[mirror, `found ${name}`]])
    expect(bench.ofKind('fetch-finished')).toMatchObject([{ mirror, sizeBytes: 5 }])
    expect(bench.list('kiss/kith/partial')).toEqual([])
  })

  test('with a wrong file is not believed, and the next mirror is asked', async () => {
    using bench = openBench()
    using upstream = serve(() => ({ status: 404 }))
    bench.write(`evil/blake3/${blake3}`, 'forged')
    bench.write('good/zlib.tar.gz', 'bytes')

    await fetchFrom(bench, `${upstream.url}/zlib.tar.gz`, {
      mirrors: [
        { kind: 'directory', path: `${bench.directory}/evil` },
        { kind: 'directory', path: `${bench.directory}/good` },
      ],
    })

    expect(bench.text('kiss/sources/zlib/zlib.tar.gz')).toBe('bytes')
    expect(outcomes(bench)[0]?.[1]).toContain('by hash: checksum mismatch')
  })
})

describe('an http tree as mirror', () => {
  test('is asked by hash, then by name', async () => {
    using bench = openBench()
    using upstream = serve(() => ({ status: 404 }))
    using mirror = serve(({ path }) => (path === '/m/zlib.tar.gz%3Fx' ? { body: 'bytes' } : { status: 404 }))

    await fetchFrom(bench, `${upstream.url}/zlib.tar.gz?x`, { mirrors: [{ kind: 'http', url: `${mirror.url}/m` }] })

    expect(mirror.requests.map(({ path }) => path)).toEqual([`/m/blake3/${blake3}`, '/m/zlib.tar.gz%3Fx'])
    expect(bench.text('kiss/sources/zlib/zlib.tar.gz?x')).toBe('bytes')
    expect(bench.list('kiss/kith/partial')).toEqual([])
  })

  test('that fails too is named in the error, without its password', async () => {
    using bench = openBench()
    using upstream = serve(() => ({ status: 404 }))
    using mirror = serve(() => ({ status: 403 }))
    const url = mirror.url.replace('//', '//me:secret@')

    const error = await failureOf(fetchFrom(bench, `${upstream.url}/zlib.tar.gz`, { mirrors: [{ kind: 'http', url }] }))

    if (!isKithError(error, 'fetch-failed')) throw error
    expect(error.message).toContain('for "zlib": HTTP 404 Status\n  http://***@')
    expect(error.message + JSON.stringify(bench.events)).not.toContain('secret')
  })
})

describe('mirrors', () => {
  test('come first when told to, and upstream is not asked', async () => {
    using bench = openBench()
    using upstream = serve(() => ({ body: 'bytes' }))
    bench.write('mirror/zlib.tar.gz', 'bytes')
    const mirrors = [{ kind: 'directory', path: `${bench.directory}/mirror` }] as const

    await fetchFrom(bench, `${upstream.url}/zlib.tar.gz`, { mirrors, mirrorsFirst: true })
    expect(upstream.requests).toHaveLength(0)

    await fetchFrom(bench, `${upstream.url}/other.tar.gz`, { mirrors, mirrorsFirst: true })
    expect(upstream.requests).toHaveLength(1)
    expect(outcomes(bench)[1]?.[1]).toBe('by hash: not there; by name: not there')
  })

  test('are not asked while upstream gives the right file', async () => {
    using bench = openBench()
    using upstream = serve(() => ({ body: 'bytes' }))

    await fetchFrom(bench, `${upstream.url}/zlib.tar.gz`, { mirrors: [{ kind: 'directory', path: '/nowhere' }] })

    expect(outcomes(bench)).toEqual([])
  })

  test('are asked when upstream gives a wrong file; without their help that one is kept for verifying', async () => {
    using bench = openBench()
    using upstream = serve(() => ({ body: 'please log in' }))
    const mirrors = [{ kind: 'directory', path: `${bench.directory}/mirror` }] as const
    await fetchFrom(bench, `${upstream.url}/other.tar.gz`, { mirrors })
    expect(bench.text('kiss/sources/zlib/other.tar.gz')).toBe('please log in')

    bench.write('mirror/zlib.tar.gz', 'bytes')
    await fetchFrom(bench, `${upstream.url}/zlib.tar.gz`, { mirrors })
    expect(bench.text('kiss/sources/zlib/zlib.tar.gz')).toBe('bytes')
    expect(bench.list('kiss/kith/partial')).toEqual([])
  })

  test('are refused for a source without a checksum, and that is said', async () => {
    using bench = openBench()
    using upstream = serve(() => ({ status: 404 }))
    bench.write('mirror/zlib.tar.gz', 'bytes')

    const error = await failureOf(
      fetchFrom(bench, `${upstream.url}/zlib.tar.gz`, {
        mirrors: [{ kind: 'directory', path: `${bench.directory}/mirror` }],
        checksum: { algorithm: 'skip' },
      }),
    )

    expect(String(error)).toContain('mirrors are not asked: the recipe has no checksum for this file')
    expect(bench.list('kiss/sources/zlib')).toBeUndefined()
  })

  test('that lack their program are told and passed over', async () => {
    using bench = openBench()
    using upstream = serve(() => ({ status: 404 }))

    const error = await failureOf(
      fetchFrom(bench, `${upstream.url}/zlib.tar.gz`, { mirrors: [{ kind: 'apt' }], environment: { PATH: '' } }),
    )

    expect(String(error)).toContain('apt: source package: apt-get is not on PATH')
  })
})

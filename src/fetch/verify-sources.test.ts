import { describe, expect, test } from 'bun:test'
import { isKithError } from '../errors/kith-error.ts'
import { parseChecksums, printChecksums } from '../model/checksums.ts'
import type { Source } from '../model/sources.ts'
import { digestBytes } from '../system/digests.ts'
import { type FetchBench, failureOf, gitSource, openBench, remoteSource, testPackage } from './fetch-fixture.ts'
import { fetchSources } from './fetch-sources.ts'
import { hashSources } from './hash-sources.ts'
import { serve } from './http/server-fixture.ts'
import { type VerifiableRecipe, verifySources } from './verify-sources.ts'

const hash = (text: string, algorithm: 'blake3' | 'sha256' = 'blake3') =>
  digestBytes(new TextEncoder().encode(text), algorithm)

const recipe = (sources: readonly Source[], checksums: string | undefined): VerifiableRecipe => ({
  name: testPackage,
  sources,
  checksums: checksums === undefined ? undefined : parseChecksums(checksums, 'checksums').lines,
  checksumsFile: '/repo/zlib/checksums',
})

const verify = (bench: FetchBench, sources: readonly Source[], checksums: string | undefined) =>
  verifySources(recipe(sources, checksums), bench.settings(), bench.context)

const remote = (bench: FetchBench, name: string, content: string, destination?: string) => {
  bench.write(`kiss/sources/zlib/${destination === undefined ? '' : `${destination}/`}${name}`, content)
  return remoteSource(`https://host.example/${name}`, destination)
}

const local = (bench: FetchBench, name: string, content: string): Source => ({
  kind: 'file',
  text: name,
  destination: undefined,
  path: bench.write(`repo/${name}`, content),
})

describe('verifySources()', () => {
  test('pairs the lines with the sources that have a checksum, by position', async () => {
    using bench = openBench()
    const sources: Source[] = [
      gitSource('git+https://host.example/repo'),
      remote(bench, 'a.tar.gz', 'one'),
      { kind: 'directory', text: 'files', destination: undefined, path: '/repo/zlib/files' },
      local(bench, 'patches/fix.patch', 'two'),
      remote(bench, 'a.tar.gz', 'three', 'deep'),
    ]
    const checksums = `${await hash('one')}\n${await hash('two', 'sha256')}  fix.patch\nSKIP\n`

    await verify(bench, sources, checksums)

    expect(bench.ofKind('checksum-compared').map(({ source, isMatch }) => [source, isMatch])).toEqual([
      ['https://host.example/a.tar.gz', true],
      ['patches/fix.patch', true],
      ['https://host.example/a.tar.gz', true],
    ])
    expect(bench.ofKind('checksum-compared')[2]).toMatchObject({ expected: 'SKIP', actual: await hash('three') })
  })

  test('tells all mismatches in one error, moves downloads aside and leaves local files', async () => {
    using bench = openBench()
    const sources = [remote(bench, 'a', 'forged', 'sub'), remote(bench, 'b', 'good'), local(bench, 'c', 'changed')]
    const wanted = [await hash('genuine'), await hash('good'), await hash('c')]

    const error = await failureOf(verify(bench, sources, printChecksums(wanted)))

    if (!isKithError(error, 'checksum-mismatch')) throw error
    const keptAt = `${bench.directory}/kiss/kith/rejected/zlib/sub/a.${(await hash('forged')).slice(0, 16)}`
    expect(error.details.mismatches).toEqual([
      { source: 'https://host.example/a', expected: await hash('genuine'), actual: await hash('forged'), keptAt },
      { source: 'c', expected: await hash('c'), actual: await hash('changed'), keptAt: undefined },
    ])
    expect(error.message).toContain(keptAt)
    expect(bench.list('kiss/sources/zlib')).toEqual(['b', 'sub'])
    expect(bench.list('kiss/sources/zlib/sub')).toEqual([])
    expect(bench.text(keptAt.slice(bench.directory.length))).toBe('forged')
    expect(bench.text('repo/c')).toBe('changed')
  })

  test('a rejected download is fetched anew the next time', async () => {
    using bench = openBench()
    using server = serve((_, index) => ({ body: index === 0 ? 'forged' : 'genuine' }))
    const source = remoteSource(`${server.url}/x`)
    const checksums = printChecksums([await hash('genuine')])
    const fetch = () => fetchSources([{ package: testPackage, source }], bench.settings(), bench.context)
    await fetch()
    await failureOf(verify(bench, [source], checksums))

    await fetch()
    await verify(bench, [source], checksums)

    expect(bench.text('kiss/sources/zlib/x')).toBe('genuine')
  })

  test('a source that is listed twice is moved aside once', async () => {
    using bench = openBench()
    const source = remote(bench, 'a', 'forged')

    const error = await failureOf(verify(bench, [source, source], printChecksums([await hash('a'), await hash('a')])))

    if (!isKithError(error, 'checksum-mismatch')) throw error
    expect(error.details.mismatches).toHaveLength(2)
  })

  test.each(['upper case', 'CRLF', 'empty line', 'md5'])(
    'a line that is no checksum is a mismatch: %s',
    async (kind) => {
      using bench = openBench()
      const right = await hash('one')
      const text = {
        'upper case': `${right.toUpperCase()}\n`,
        CRLF: `${right}\r\n`,
        'empty line': '\n',
        md5: `${right.slice(0, 32)}\n`,
      }[kind]

      const error = await failureOf(verify(bench, [local(bench, 'a', 'one')], text))

      expect(isKithError(error, 'checksum-mismatch')).toBe(true)
    },
  )

  test.each([
    ['too few', 1, undefined],
    ['too many', 3, 3],
    ['none', 0, undefined],
  ])('%s lines are told with their number', async (_, count, line) => {
    using bench = openBench()
    const sources = [local(bench, 'a', 'x'), local(bench, 'b', 'x')]
    const checksums = printChecksums(Array.from({ length: count }, () => 'SKIP'))

    const error = await failureOf(verify(bench, sources, checksums))

    if (!isKithError(error, 'checksum-count')) throw error
    expect(error.details).toMatchObject({ expected: 2, actual: count })
    expect(error.details.line).toBe(line)
  })

  test('without a checksums file says how to make one', async () => {
    using bench = openBench()

    const error = await failureOf(verify(bench, [local(bench, 'a', 'x')], undefined))

    if (!isKithError(error, 'checksums-missing')) throw error
    expect(error.hint).toBe('kith checksum zlib writes the file')
  })

  test('without sources that have a checksum does not look at the file', async () => {
    using bench = openBench()

    await verify(bench, [gitSource('git+https://host.example/repo')], 'stale\nlines\n')
    await verify(bench, [], undefined)
  })

  test('a source that was not fetched is named', async () => {
    using bench = openBench()

    const error = await failureOf(verify(bench, [remoteSource('https://me:secret@host.example/a')], 'SKIP\n'))

    expect(isKithError(error, 'source-not-fetched')).toBe(true)
    expect(String(error)).not.toContain('secret')
  })
})

test('hashSources() gives what verifySources() accepts', async () => {
  using bench = openBench()
  const sources = [
    local(bench, 'a', ''),
    gitSource('git+https://host.example/repo'),
    remote(bench, 'b', 'x'.repeat(3_000_000)),
  ]

  const hexes = await hashSources(recipe(sources, undefined), bench.settings())

  expect(hexes).toHaveLength(2)
  expect(hexes[0]).toBe('af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262e0')
  await verify(bench, sources, printChecksums(hexes))
})

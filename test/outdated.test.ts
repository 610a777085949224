import { afterEach, beforeEach, expect, test } from 'bun:test'
import { serve, type TestAnswer } from '../src/fetch/http/server-fixture.ts'
import { openWorld, type ScratchWorld } from './cli-fixture.ts'

/** `kith outdated` against servers of this machine, by the executable. */

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

const badge = (text: string): TestAnswer => ({
  headers: { 'content-type': 'image/svg+xml' },
  body: `<svg><text x="1">latest versions</text><text x="2" y="1">${text}</text></svg>`,
})
const listing = (...names: readonly string[]): TestAnswer => ({
  headers: { 'content-type': 'text/html' },
  body: names.map((name) => `<a href="${name}">${name}</a>`).join('<br>'),
})

function answer(path: string): TestAnswer {
  const answers: Readonly<Record<string, TestAnswer>> = {
    '/badge/latest-versions/zlib.svg': badge('1.3.2, 1.4'),
    '/badge/latest-versions/current.svg': badge('2.0, 1.9'),
    '/badge/latest-versions/python%3Awheel.svg': badge('0.46'),
    '/gnu/make/': listing('make-4.3.tar.gz', 'make-4.4.1.tar.lz', 'make-4.5rc1.tar.gz', 'make-9.9.tar.gz.sig'),
    '/moved/': { status: 302, headers: { location: '/gnu/make/' } },
    '/o/forge/tags': listing('/o/forge/archive/refs/tags/v2.1.tar.gz'),
  }
  return answers[path] ?? badge('-')
}

function writeRecipes(upstream: string): void {
  world.recipe('zlib', {
    version: '1.3.1 1\n',
    sources: `${upstream}/nothing/zlib-1.3.1.tar.gz\n`,
    checksums: 'SKIP\n',
  })
  world.recipe('current', { version: '1.9 2\n' })
  world.recipe('ahead', {
    version: '3.0 1\n',
    sources: `${upstream}/o/forge/archive/v3.0.tar.gz\n`,
    checksums: 'SKIP\n',
  })
  world.recipe('forge', {
    version: '2.0 1\n',
    sources: `${upstream}/o/forge/archive/v2.0.tar.gz\n`,
    checksums: 'SKIP\n',
  })
  world.recipe('make', { version: '4.3 1\n', sources: `${upstream}/moved/make-4.3.tar.gz\n`, checksums: 'SKIP\n' })
  world.recipe('python-wheel', { version: '0.45 1\n' })
  world.recipe('obscure', { version: '1 1\n' })
  world.recipe('head', { version: 'git 1\n' })
}

const found = [
  'current                        1.9 -> 2.0',
  'forge                          2.0 -> 2.1',
  'make                           4.3 -> 4.4.1',
  'python-wheel                   0.45 -> 0.46',
  'zlib                           1.3.1 -> 1.4',
]

test('kith outdated asks Repology and upstream once, and answers from the cache then, telling its age', async () => {
  using server = serve(({ path }) => answer(path))
  writeRecipes(server.url)
  const env = { KITH_REPOLOGY: server.url }
  const first = await world.runWith({ env }, 'outdated')

  expect(first.stdout.trimEnd().split('\n')).toEqual(found)
  expect(first.stderr).toContain('no answer about 1: obscure')
  expect(first.stderr).toContain('1 without a version to compare')
  expect(first.status).toBe(0)
  const asked = server.requests.map(({ path }) => path)
  expect(new Set(asked.filter((path) => path !== '/gnu/make/')).size).toBe(
    asked.filter((path) => path !== '/gnu/make/').length,
  )

  expect((await world.runWith({ env }, 'outdated')).stdout).toBe(first.stdout)
  expect(server.requests).toHaveLength(asked.length)
  const offline = await world.runWith({ env }, 'outdated', '--offline')
  expect(offline.stdout).toBe(first.stdout)
  expect(offline.stderr).toMatch(/offline: answers are \d+ s to \d+ s old/)
})

test('kith outdated takes packages and repositories, and says with --json who knows it', async () => {
  using server = serve(({ path }) => answer(path))
  writeRecipes(server.url)
  const env = { KITH_REPOLOGY: server.url, KISS_PATH: '' }

  expect((await world.runWith({ env }, 'outdated', world.repository)).stdout.trimEnd().split('\n')).toEqual(found)
  expect((await world.runWith({ env, cwd: world.repository }, 'outdated')).stdout.trimEnd().split('\n')).toEqual(found)
  const { stdout } = await world.runWith(
    { env: { KITH_REPOLOGY: server.url } },
    'outdated',
    '--json',
    'make',
    'obscure',
  )
  const items = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind !== 'notice')
  expect(items[0]).toMatchObject({
    kind: 'outdated',
    name: 'make',
    version: '4.3',
    newer: '4.4.1',
    provider: 'upstream',
  })
  expect(items[1]).toMatchObject({ kind: 'release-unknown', name: 'obscure' })
})

test('kith outdated tells once what a host refuses, and asks it no more', async () => {
  using server = serve(() => ({ status: 503 }))
  for (let index = 0; index < 30; index++) world.recipe(`p${index}`, { version: '1.0 1\n' })
  const { status, stdout, stderr } = await world.runWith({ env: { KITH_REPOLOGY: server.url } }, 'outdated')

  expect([status, stdout]).toEqual([0, ''])
  expect(stderr).toContain(`${new URL(server.url).host}: HTTP 503; not asked about 30 packages`)
  expect(server.requests.length).toBeLessThan(15)
  const offline = await world.runWith({ env: { KITH_REPOLOGY: server.url } }, 'outdated', '--offline', 'p1')
  expect(offline.stderr).toContain('offline, and nothing is cached')
})

test('kith outdated cannot be steered by what a server sends', async () => {
  using server = serve(() => badge('9\u001b[31m9.1'))
  world.recipe('victim', { version: '1.0 1\n' })
  const { stdout } = await world.runWith({ env: { KITH_REPOLOGY: server.url } }, 'outdated')

  expect(stdout).not.toContain('\u001b')
})

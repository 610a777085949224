import { expect, test } from 'bun:test'
import type { HostFinding } from '../model/host-finding.ts'
import { type BuildHostFacts, hostTools, type PlaceFacts } from './build-host-facts.ts'
import { judgeBuildHost } from './judge-build-host.ts'

const gibibyte = 2 ** 30

function place(
  role: PlaceFacts['role'],
  changes: Partial<PlaceFacts['space'] & PlaceFacts['options']> = {},
): PlaceFacts {
  const space = { freeBytes: 50 * gibibyte, sizeBytes: 100 * gibibyte, freeFiles: 1e6 }
  const options = { directory: '/', isWritable: true, isNoExec: false, isNoSuid: false }
  return { role, path: `/${role}`, space: { ...space, ...changes }, options: { ...options, ...changes } }
}

const good: BuildHostFacts = {
  places: [place('cache'), place('work'), place('root')],
  tools: new Set(Object.keys(hostTools)),
  hasBase: false,
  now: new Date('2026-01-02T03:04:05Z'),
  repositories: [{ path: '/repo', recipes: 14 }],
  lock: { path: '/cache/lock', isHeld: false },
}

const without = (...names: readonly string[]): Set<string> =>
  new Set([...good.tools].filter((name) => !names.includes(name)))
const troubles = (facts: BuildHostFacts): HostFinding[] => judgeBuildHost(facts).filter(({ status }) => status !== 'ok')

test('judgeBuildHost() finds nothing wrong with a good host', () => {
  expect(troubles(good)).toEqual([])
  expect(judgeBuildHost(good).map(({ id, found }) => `${id}: ${found}`)).toEqual([
    'cache: /cache: 50.0 GiB free',
    'work: /work: 50.0 GiB free',
    'root: /root: 50.0 GiB free',
    'tools: sh cc make strip git xz bzip2: all there',
    'clock: it is 2026-01-02 03:04 UTC',
    'repositories: 14 recipes in 1 directory',
    'lock: nobody is changing a root',
  ])
})

const hosts: readonly (readonly [host: string, changes: Partial<BuildHostFacts>, mark: string, told: RegExp])[] = [
  [
    'little space',
    { places: [place('cache', { freeBytes: gibibyte - 1 })] },
    'warning cache-space',
    /\/cache: 1023 MiB free/,
  ],
  ['a full disk', { places: [place('work', { freeBytes: 2 ** 20 })] }, 'failing work-space', /KISS_TMPDIR/],
  ['a full root', { places: [place('root', { freeBytes: 0 })] }, 'warning root-space', /0 MiB free/],
  [
    'no inodes',
    { places: [place('work', { freeFiles: 12 })] },
    'warning work-files',
    /only 12 more files.*df -i \/work/,
  ],
  [
    'a cache of somebody else',
    { places: [place('cache', { isWritable: false })] },
    'failing cache-writable',
    /XDG_CACHE_HOME/,
  ],
  [
    'a root of somebody else',
    { places: [place('root', { isWritable: false })] },
    'warning root-writable',
    /building works/,
  ],
  [
    'noexec',
    { places: [place('work', { isNoExec: true, isNoSuid: true })] },
    'failing work-executable',
    /noexec and nosuid/,
  ],
  [
    'a noexec cache',
    { places: [place('cache', { isNoExec: true })] },
    'warning cache-executable',
    /some of their programs/,
  ],
  ['no compiler', { tools: without('cc', 'make') }, 'warning tools', /missing: cc make.*compile C.*base that has them/],
  ['no shell', { tools: without('sh') }, 'failing tools', /missing: sh/],
  ['a base, and no strip', { hasBase: true, tools: without('strip', 'cc', 'sh') }, 'warning tools', /missing: strip /],
  ['a clock that was never set', { now: new Date(0) }, 'failing clock', /1970-01-01 00:00 UTC.*certificate.*date -s/],
  ['the last day that is too early', { now: new Date('2023-12-31T23:59:59Z') }, 'failing clock', /2023/],
  ['no repositories', { repositories: [] }, 'warning repositories', /KISS_PATH is not set/],
  [
    'a repository that is not there',
    { repositories: [...good.repositories, { path: '/gone', recipes: undefined }] },
    'warning repositories',
    /\/gone.*Correct KISS_PATH/,
  ],
  [
    'an empty repository',
    { repositories: [{ path: '/empty', recipes: 0 }] },
    'warning repositories',
    /nothing to build/,
  ],
  ['a lock that is held', { lock: { path: '/cache/lock', isHeld: true } }, 'warning lock', /fuser -v \/cache\/lock/],
]

test.each([...hosts])('judgeBuildHost() says what %s means and what to do', (_host, changes, mark, told) => {
  const [trouble, ...more] = troubles({ ...good, ...changes })

  expect([`${trouble?.status} ${trouble?.id}`, ...more.map(({ id }) => id)]).toEqual([mark])
  expect(`${trouble?.found} ${trouble?.meaning} ${trouble?.remedy}`).toMatch(told)
  expect(trouble?.remedy).toBeString()
})

test('judgeBuildHost() tells everything that is wrong with one place', () => {
  const bad = place('work', { freeBytes: 0, freeFiles: 0, isNoExec: true, isWritable: false })

  expect(troubles({ ...good, places: [bad] }).map(({ id }) => id)).toEqual([
    'work-writable',
    'work-executable',
    'work-space',
    'work-files',
  ])
})

test('judgeBuildHost() asks for no tools of the host that base brings', () => {
  expect(troubles({ ...good, hasBase: true, tools: without('sh', 'cc', 'make') })).toEqual([])
})

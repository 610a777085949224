import { afterEach, beforeEach, expect, test } from 'bun:test'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { finish, openWorld, type Run, type ScratchWorld, sh, waitUntil } from '../cli-fixture.ts'

/** Run in a guest by inside.sh: as root, on a kernel with cgroups of version 2 alone, and from the root of their tree. */
const top = '/sys/fs/cgroup'
const nobody = 65534
const asUser = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--']

let world: ScratchWorld
let made: string[]
beforeEach(() => {
  world = openWorld()
  made = []
  chmodSync(world.directory, 0o755)
})
afterEach(() => {
  world[Symbol.dispose]()
  for (const directory of made.reverse()) rmdirSync(directory)
})

/** A new cgroup; whoever owns it may make cgroups in it and move processes about. */
function makeCgroup(path: string, owner = 0): string {
  const directory = join(top, path)
  mkdirSync(directory)
  made.push(directory)
  if (owner === 0) return directory
  for (const name of ['.', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'])
    chownSync(join(directory, name), owner, owner)
  return directory
}

/** Words that start a command in this cgroup. */
const inCgroup = (directory: string): string[] => ['sh', '-ec', `echo 0 >${directory}/cgroup.procs; exec "$@"`, 'sh']

const kithCgroups = (): string[] =>
  sh(`find ${top} -type d -name 'kith-*'`, '/')
    .split('\n')
    .filter((path) => path !== '')

/** Builds `script` under these words, and gives what the build's cgroups were while it ran. */
async function watchBuild(under: readonly string[], limits: string): Promise<{ run: Run; settings: string[] }> {
  world.recipe('watched', {
    build: '#!/bin/sh -e\n: >started\ncat /proc/self/cgroup\nwhile [ ! -e "$1/go" ]; do sleep 0.1; done\n',
  })
  hand()
  const child = world.startWith({ under, env: { KITH_LIMITS: limits } }, 'build', 'watched')
  const started = (): string | undefined => world.cached('proc').find((path) => path.endsWith('build/watched/started'))
  await waitUntil(() => started() !== undefined || child.exitCode !== null)
  const settings = kithCgroups().flatMap((directory) =>
    ['memory.max', 'pids.max', 'cpu.max'].flatMap((file) => {
      const path = join(directory, file)
      return existsSync(path) ? [`${dirname(directory)} ${file} ${readFileSync(path, 'utf8').trim()}`] : []
    }),
  )
  const place = started()
  if (place !== undefined)
    writeFileSync(join(world.cache, 'proc', place.replace('/build/watched/started', '/pkg/watched/go')), '')
  return { run: await finish(child), settings }
}

/** The scratch directory belongs to whom the test runs kith as. */
function hand(): void {
  sh(`chown -R ${nobody}:${nobody} .`, world.directory)
}

const allOf = (parent: string): string[] => [
  `${parent} memory.max 314572800`,
  `${parent} pids.max 200`,
  `${parent} cpu.max 150000 100000`,
]
const limits = 'memory=300M processes=200 cpus=1.5'

test('root in the root cgroup, which has processes: a cgroup of its own is made there, and removed', async () => {
  const { run, settings } = await watchBuild([], limits)

  expect([run.stderr, run.status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  expect(settings).toEqual(allOf(top))
  // The cgroup namespace hides where it is.
  expect(run.stderr).toContain('\n0::/\n')
  expect(kithCgroups()).toEqual([])
})

test('root in a cgroup with processes that is not the root: the nearest place above it, and its own stays as it was', async () => {
  const own = makeCgroup('session')
  const { run, settings } = await watchBuild(inCgroup(own), limits)

  expect([run.stderr, run.status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  expect(settings).toEqual(allOf(top))
  expect(readFileSync(join(own, 'cgroup.subtree_control'), 'utf8').trim()).toBe('')
  expect(readFileSync(join(own, 'cgroup.type'), 'utf8').trim()).toBe('domain')
  expect(kithCgroups()).toEqual([])
})

test('an ordinary user, to whom a part of the tree was handed: limits hold without root', async () => {
  const part = makeCgroup('handed', nobody)
  const shell = makeCgroup('handed/shell', nobody)
  const { run, settings } = await watchBuild([...inCgroup(shell), ...asUser], limits)

  expect([run.stderr, run.status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  expect(settings).toEqual(allOf(part))
  expect(kithCgroups()).toEqual([])
})

test('an ordinary user alone in the one cgroup that was handed to them builds, without limits of cgroups', async () => {
  const own = makeCgroup('alone', nobody)
  const { run, settings } = await watchBuild([...inCgroup(own), ...asUser], limits)

  expect([run.stderr, run.status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  expect(settings).toEqual([])
  expect(readFileSync(join(own, 'cgroup.type'), 'utf8').trim()).toBe('domain')
})

test('an ordinary user to whom nothing was handed builds, without limits of cgroups', async () => {
  const { run, settings } = await watchBuild(asUser, limits)

  expect([run.stderr, run.status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  expect(settings).toEqual([])
})

for (const who of ['root', 'an ordinary user'] as const)
  test(`memory and processes of a build of ${who} end at their limits, and the error says so`, async () => {
    const under: string[] = []
    if (who !== 'root') {
      makeCgroup('limited', nobody)
      under.push(...inCgroup(makeCgroup('limited/shell', nobody)), ...asUser)
    }
    const build = async (limit: string, script: string): Promise<Run> => {
      world.recipe('greedy', { build: `#!/bin/bash\n${script}\n` })
      hand()
      return await world.runWith({ under, env: { KITH_LIMITS: limit } }, 'b', 'greedy')
    }
    const memory = await build('memory=256M', 'head -c 400M /dev/zero | tail >/dev/null && exit 0; exit 3')
    const processes = await build('processes=100', 'for i in {1..130}; do sleep 30 & done; wait -n; exit 3')

    expect([memory.status, processes.status]).toEqual([1, 1])
    expect(memory.stderr).toContain("KITH_LIMITS='memory=")
    expect(processes.stderr).toContain("KITH_LIMITS='processes=")
    expect(kithCgroups()).toEqual([])
  })

test('the cgroup of a killed kith is removed by the next command', async () => {
  world.recipe('endless', { build: '#!/bin/sh -e\n: >started\nsleep 1000\n' })
  const child = world.start('build', 'endless')
  await waitUntil(() => world.cached('proc').some((path) => path.endsWith('build/endless/started')))
  expect(kithCgroups().map((path) => dirname(path))).toEqual([top])

  child.kill('SIGKILL')
  await finish(child)
  await waitUntil(() => world.leftovers().every((one) => !one.startsWith('process')))
  expect(kithCgroups()).not.toEqual([])
  await world.run('list')

  expect(kithCgroups()).toEqual([])
  expect(world.leftovers()).toEqual([])
  expect(readdirSync(top).filter((name) => name.startsWith('kith-'))).toEqual([])
})

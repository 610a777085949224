import { afterEach, beforeEach, describe, expect } from 'bun:test'
import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sandboxed, title } from './build-fixture.ts'
import { finish, openWorld, type ScratchWorld, waitUntil } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

const waiting = '#!/bin/sh -e\n: >"$1/started"\nsleep 1000\n'
const isStarted = (name: string): boolean => world.cached('proc').some((path) => path.endsWith(`/pkg/${name}/started`))

interface Told {
  readonly kind: string
  readonly package?: string
}

/** The events of a run with --json. */
function eventsOf(stdout: string): Told[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as Told)
}

/** `+a` where the build of `a` starts, `-a` where it ends. */
function startsAndEnds(stdout: string): string[] {
  const marks: Readonly<Record<string, string>> = {
    'build-started': '+',
    'build-finished': '-',
    'package-failed': '!',
  }
  return eventsOf(stdout).flatMap(({ kind, package: name }) => (kind in marks ? [`${marks[kind]}${name}`] : []))
}

describe('kith build --jobs', () => {
  sandboxed(title('builds at the same time, and after Ctrl-C leaves nothing of any build'), async () => {
    for (const name of ['one', 'two', 'three']) world.recipe(name, { build: waiting })
    const child = world.start('build', '--jobs', '2', 'one', 'two', 'three')
    await waitUntil(() => isStarted('one') && isStarted('two'))

    child.kill('SIGINT')
    const run = await finish(child)

    expect(isStarted('three')).toBe(false)
    expect([run.status, run.stderr]).toEqual([130, expect.stringContaining('Interrupted')])
    expect(run.stderr).toContain('-> to go on with what is left: kith build --resume')
    expect(world.leftovers()).toEqual([])
  })

  sandboxed(title('two recipes that need one package build on one layer of it'), async () => {
    world.recipe('lib', { build: '#!/bin/sh -e\nmkdir -p "$1/usr/lib"\necho lib >"$1/usr/lib/lib"\n' })
    const user = { build: '#!/bin/sh -e\ncp /usr/lib/lib "$1/"\n', depends: 'lib\n' }
    for (const name of ['a', 'b', 'c', 'd']) world.recipe(name, user)
    const run = await world.run('build', '--json', '--jobs=4', 'a', 'b', 'c', 'd')

    expect(run.status).toBe(0)
    expect(startsAndEnds(run.stdout).slice(0, 2)).toEqual(['+lib', '-lib'])
    expect(world.cached()).toHaveLength(5)
    expect(world.leftovers()).toEqual([])
  })

  sandboxed(title('what must run alone does'), async () => {
    const slow = '#!/bin/sh -e\nsleep 0.3\n'
    for (const name of ['a', 'b', 'c', 'd']) world.recipe(name, { build: slow, ...(name === 'b' ? { alone: '' } : {}) })
    const run = await world.run('build', '--json', '--jobs', '4', 'a', 'b', 'c', 'd')
    const marks = startsAndEnds(run.stdout)
    const start = marks.indexOf('+b')

    expect(marks).toHaveLength(8)
    expect(marks[start + 1]).toBe('-b')
    const before = marks.slice(0, start)
    expect(before.filter((one) => one.startsWith('+')).length).toBe(before.filter((one) => one.startsWith('-')).length)
  })

  sandboxed(title('what is there is built while something else is still fetched'), async () => {
    const isBuilt = (name: string): boolean => world.cached().some((file) => file.startsWith(`${name}@`))
    using server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      async fetch() {
        await waitUntil(() => isBuilt('there'))
        return new Response('late\n')
      },
    })
    world.recipe('there')
    world.recipe('late', { sources: `http://127.0.0.1:${server.port}/late.txt\n`, checksums: 'SKIP\n' })
    const run = await world.run('build', '--json', 'late', 'there')

    expect(run.status).toBe(0)
    expect(startsAndEnds(run.stdout)).toEqual(['+there', '-there', '+late', '-late'])
  })

  sandboxed(title('a source that cannot be had stops nothing else with --keep-going'), async () => {
    world.recipe('lost', { sources: 'http://127.0.0.1:1/lost.txt\n', checksums: 'SKIP\n' })
    world.recipe('needs', { depends: 'lost\n' })
    world.recipe('there')
    const run = await world.run('build', '--keep-going', 'needs', 'there')

    expect(run.status).toBe(1)
    expect(run.stderr).toContain('not built because of lost, 1: needs')
    expect(world.cached()).toEqual(['there@1.0-1.tar.zst'])
  })

  sandboxed(title('a wrong checksum of what is there stops all before the first build'), async () => {
    world.recipe('wrong', { sources: 'files/a\n', 'files/a': 'a', checksums: `${'0'.repeat(66)}\n` })
    world.recipe('right')
    const run = await world.run('build', '--json', '--jobs', '2', 'wrong', 'right')

    expect([run.status, startsAndEnds(run.stdout)]).toEqual([1, []])
  })

  sandboxed(title('short of memory, one is built after the other, and that is said once'), async () => {
    for (const name of ['a', 'b', 'c']) world.recipe(name)
    const env = { KITH_SCHEDULE: 'jobs=3 memory=100T' }
    const run = await world.runWith({ env }, 'build', '--json', 'a', 'b', 'c')
    const held = eventsOf(run.stdout).filter(({ kind }) => kind === 'build-held-up')

    expect(startsAndEnds(run.stdout)).toEqual(['+a', '-a', '+b', '-b', '+c', '-c'])
    expect(held).toHaveLength(1)
  })

  sandboxed(title('one at a time keeps to the order of the plan'), async () => {
    for (const name of ['a', 'b', 'c']) world.recipe(name, name === 'a' ? { depends: 'c\n' } : {})
    const run = await world.run('build', '--json', '--jobs', '1', 'a', 'b', 'c')

    expect(startsAndEnds(run.stdout)).toEqual(['+c', '-c', '+a', '-a', '+b', '-b'])
  })

  sandboxed(title('output of builds at one time is in whole lines with names'), async () => {
    const talking =
      '#!/bin/sh -e\nfor i in 1 2 3; do printf "part "; sleep 0.05; echo "$i of $(basename "$PWD")"; done\n'
    for (const name of ['one', 'other']) world.recipe(name, { build: talking })
    const run = await world.run('build', '--jobs', '2', 'one', 'other')
    const lines = run.stderr.split('\n').filter((line) => line.includes('part'))

    expect(lines.toSorted()).toEqual(
      [1, 2, 3].map((i) => `one   | part ${i} of one`).concat([1, 2, 3].map((i) => `other | part ${i} of other`)),
    )
  })

  for (const wrong of ['0', 'many', ''])
    sandboxed(title(`"${wrong}" is refused`), async () => {
      world.recipe('one')
      const run = await world.run('build', '--jobs', wrong, 'one')

      expect([run.status, run.stderr]).toEqual([1, expect.stringContaining('Cannot use setting --jobs')])
    })
})

describe('a failure among several builds', () => {
  const failing = '#!/bin/sh\nsleep 0.2\nexit 3\n'
  const slower = '#!/bin/sh -e\nsleep 1\n'

  sandboxed(title('lets what runs finish, starts nothing, and tells what became of all'), async () => {
    world.recipe('bad', { build: failing })
    world.recipe('runs', { build: slower })
    world.recipe('waits', { build: slower })
    world.recipe('needs', { depends: 'bad\n' })
    const run = await world.run('build', '--jobs', '2', 'needs', 'runs', 'waits')

    expect(run.status).toBe(1)
    expect(run.stderr).toContain('ERROR Cannot build "bad"')
    for (const line of ['built 1: runs', 'failed 1: bad', 'not built because of bad, 1: needs', 'finished 1: waits'])
      expect(run.stderr).toContain(line)
    expect(world.cached().map((name) => name.split('@')[0])).toEqual(['runs'])
  })

  sandboxed(
    title('with --keep-going stops only what needs it; --resume builds the rest and nothing again'),
    async () => {
      world.recipe('bad', { build: failing })
      world.recipe('worse', { build: failing })
      world.recipe('needs', { depends: 'bad\n' })
      world.recipe('good', { build: slower })
      world.recipe('last', { depends: 'good\n' })
      const first = await world.run('build', '--keep-going', '--jobs', '2', 'needs', 'last', 'worse')
      const timeOf = (name: string): number => statSync(join(world.cache, 'bin', `${name}@1.0-1.tar.zst`)).mtimeMs
      const built = ['good', 'last'].map(timeOf)
      world.recipe('bad')
      world.recipe('worse')
      const resumed = await world.run('build', '--resume')
      const again = await world.run('build', '--resume')

      expect(first.stderr).toContain('Cannot build 2 of 5 packages: bad worse')
      expect(first.stderr).toContain('built 2: good last')
      expect(resumed.status).toBe(0)
      expect(['good', 'last'].map(timeOf)).toEqual(built)
      expect(world.cached().map((name) => name.split('@')[0])).toEqual(['bad', 'good', 'last', 'needs', 'worse'])
      expect([again.status, again.stderr]).toEqual([
        1,
        expect.stringContaining('no build of several packages has failed'),
      ])
    },
  )

  sandboxed(
    title('by SIGKILL of kith with two builds at work: the next command clears both, and --resume ends it'),
    async () => {
      world.recipe('done')
      world.recipe('one', { build: waiting, depends: 'done\n' })
      world.recipe('two', { build: waiting, depends: 'done\n' })
      const child = world.start('build', '--jobs', '2', 'one', 'two')
      await waitUntil(() => isStarted('one') && isStarted('two'))
      const doneAt = statSync(join(world.cache, 'bin/done@1.0-1.tar.zst')).mtimeMs

      child.kill('SIGKILL')
      await finish(child)
      await waitUntil(() => !world.leftovers().some((one) => one.startsWith('process') || one.startsWith('/')))
      for (const name of ['one', 'two']) world.recipe(name, { depends: 'done\n' })
      const resumed = await world.run('build', '--resume')

      expect([resumed.status, resumed.stderr]).toEqual([0, expect.stringContaining('done already built')])
      expect(statSync(join(world.cache, 'bin/done@1.0-1.tar.zst')).mtimeMs).toBe(doneAt)
      expect(world.cached()).toHaveLength(3)
      expect(world.leftovers()).toEqual([])
    },
  )
})

sandboxed(title('a second Ctrl-C ends kith at once'), async () => {
  world.recipe('one', { build: waiting })
  const hook = join(world.directory, 'hook')
  writeFileSync(hook, '#!/bin/sh\n[ "$1" != SIGINT ] || exec sleep 20\n')
  chmodSync(hook, 0o755)
  const child = world.startWith({ env: { KISS_HOOK: hook } }, 'build', 'one')
  await waitUntil(() => isStarted('one'))

  child.kill('SIGINT')
  await Bun.sleep(600)
  process.kill(-child.pid, 'SIGINT')
  await finish(child)

  expect(child.signalCode).toBe('SIGINT')
})

import { expect, test } from 'bun:test'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finish, listTree, openWorld, type ScratchWorld, waitUntil } from './cli-fixture.ts'

function addChain(world: ScratchWorld): void {
  world.recipe('needed', { build: '#!/bin/sh -e\nmkdir -p $1/usr/share\necho needed >$1/usr/share/needed\n' })
  world.recipe('top', {
    depends: 'needed make\n',
    build: '#!/bin/sh -e\nmkdir -p $1/usr/share\ncat /usr/share/needed >$1/usr/share/top\n',
  })
}

const kindsIn = async (world: ScratchWorld) =>
  Object.fromEntries(
    (await world.run('cache', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ kind }) => kind === 'cache-kind')
      .map(({ name, count }) => [name, count]),
  )

test('kith cache tells what is there, by kind', async () => {
  using world = openWorld()
  addChain(world)
  expect((await world.run('cache')).status).toBe(0)
  await world.runWith({ env: { KISS_KEEPLOG: '1' } }, 'build', 'top')

  const kinds = await kindsIn(world)
  expect(kinds).toMatchObject({ artifacts: 2, logs: 2 })
  expect(kinds.layers).toBeGreaterThanOrEqual(1)
  const listed = (await world.run('cache', 'artifacts')).stdout
  expect(listed).toContain('needed@1.0-1.tar.zst')
  expect((await world.run('cache', 'nonsense')).stderr).toContain('one of partial')
})

test('kith cache clean takes what is asked for, tells it first, and builds work afterwards', async () => {
  using world = openWorld()
  addChain(world)
  await world.run('build', 'top')
  const before = listTree(world.cache)
  expect((await world.run('cache', 'clean')).stderr).toContain('what is to go')
  expect((await world.run('cache', 'clean', '--older-than', '1x')).stderr).toContain('an age like')
  const dry = await world.run('cache', 'clean', '--dry-run', 'artifacts', 'layers')

  expect(dry.stdout).toContain('top@1.0-1.tar.zst')
  expect(listTree(world.cache).filter((path) => !before.includes(path))).toEqual([])
  expect((await world.run('cache', 'clean', '--older-than', '1d')).stdout).toBe('')
  expect((await world.run('cache', 'clean', '--keep', '1')).stdout).toBe('')
  expect((await world.run('cache', 'clean', 'artifacts', 'layers')).status).toBe(0)
  expect(listTree(join(world.cache, 'bin'))).toEqual([])
  expect(listTree(join(world.cache, 'kith', 'layers'))).toEqual([])
  expect(listTree(join(world.cache, 'kith', 'trash'))).toEqual([])
  expect(listTree(join(world.cache, 'kith', 'by-key')).filter((path) => path.includes('.tar'))).toEqual([])
  expect((await world.run('build', 'top')).status).toBe(0)
  expect(world.cached()).toContain('top@1.0-1.tar.zst')
})

test('kith cache clean never takes what a running build uses: it waits, or fails at once', async () => {
  using world = openWorld()
  addChain(world)
  await world.run('build', 'needed')
  world.recipe('slow', {
    depends: 'needed make\n',
    build:
      '#!/bin/sh -e\necho started\nwhile [ ! -e /kith/build/slow/go ]; do sleep 0.05; done\nmkdir -p $1/usr\ncat /usr/share/needed >$1/usr/slow\n',
  })
  const child = world.start('build', 'slow')
  const build = finish(child)
  const place = join(world.cache, 'proc', String(child.pid), 'build', 'slow')
  await waitUntil(() => existsSync(place) && listTree(join(world.cache, 'kith', 'layers')).length > 0)
  const refused = await world.run('cache', 'clean', '--no-wait', 'layers', 'artifacts')

  expect(refused.status).not.toBe(0)
  expect(refused.stderr).toContain('another kith uses it')
  const waiting = finish(world.start('cache', 'clean', 'layers', 'artifacts'))
  await Bun.sleep(500)
  expect(world.cached()).toContain('needed@1.0-1.tar.zst')
  writeFileSync(join(place, 'go'), '')
  expect((await build).status).toBe(0)
  const cleaned = await waiting
  expect(cleaned).toMatchObject({ status: 0 })
  expect(cleaned.stderr).toContain('waiting for another kith')
  // What the build made meanwhile was not among what was to go.
  expect(world.cached()).toEqual(['slow@1.0-1.tar.zst'])
})

test('a kith that is killed holds nothing up, and what it was removing is gone with the next', async () => {
  using world = openWorld()
  addChain(world)
  world.recipe('endless', { build: '#!/bin/sh -e\necho started\nsleep 100\n' })
  await world.run('build', 'top')
  const child = world.start('build', 'endless')
  await waitUntil(() => existsSync(join(world.cache, 'proc', String(child.pid), 'build', 'endless')))
  child.kill('SIGKILL')
  await child.exited
  const abandoned = join(world.cache, 'kith', 'trash', '99')
  mkdirSync(abandoned, { recursive: true })
  writeFileSync(join(abandoned, '.kith-claim'), '')
  writeFileSync(join(abandoned, '0'), 'half')

  expect((await world.run('cache', 'clean', '--no-wait', 'artifacts')).status).toBe(0)
  expect(existsSync(abandoned)).toBe(false)
  await waitUntil(() => world.leftovers().length === 0)
})

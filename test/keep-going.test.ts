import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openWorld, type ScratchWorld, sh } from './cli-fixture.ts'
import { installByHand } from './installed-fixture.ts'

/** What goes on where something fails, and what is told before anything begins. */

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

const makes = (name: string): string => `#!/bin/sh -e\nmkdir -p "$1/usr"\necho $2 >"$1/usr/${name}"\n`

test('all that is missing is told at once, whoever needs it; so are all recipes that cannot be used', async () => {
  world.recipe('app', { depends: 'gone\nlib\n' })
  world.recipe('lib', { depends: 'lost make\n' })
  const missing = await world.run('b', 'app', 'ghost')

  expect(missing.status).toBe(1)
  expect(missing.stderr).toContain('3 packages are in no repository')
  for (const line of ['ghost (needed by you)', 'gone (needed by app)', 'lost (needed by lib)'])
    expect(missing.stderr).toContain(line)
  world.recipe('app', { version: undefined, depends: 'lib\n' })
  sh('rm version', join(world.repository, 'app'))
  world.recipe('lib', { version: '1.0\n', depends: '' })
  const unusable = await world.run('b', 'app')
  expect(unusable.stderr).toContain('Cannot use the recipes of 2 packages')
  for (const file of ['app/version', 'lib/version:1'])
    expect(unusable.stderr).toContain(`${world.repository}/${file}: `)
  expect((await world.run('i', 'ghost', 'spirit')).stderr).toContain('2 packages are in no repository')
})

test('kith install --keep-going installs what can be, each on its own, and tells what could not', async () => {
  for (const name of ['one', 'two'])
    world.recipe(name, { build: makes(name), ...(name === 'one' ? { depends: 'two\n' } : {}) })
  world.recipe('unbuilt')
  await world.run('b', 'one', 'two')
  const { status, stderr } = await world.run('i', '--keep-going', 'one', 'unbuilt', 'ghost', 'two')

  expect(status).toBe(1)
  expect(stderr).toContain('installed 2: one two')
  expect(stderr).toContain('Cannot install 2 of 4 packages: unbuilt ghost')
  expect((await world.run('mark')).stdout).toBe('one explicit\ntwo explicit\n')
  expect((await world.run('history')).stdout.trim().split('\n').length).toBe(1)
})

test('an upgrade goes on as far as it can, changes nothing while something fails, and is resumed', async () => {
  for (const name of ['bad', 'good']) {
    installByHand(world.root, name, { version: '1 1' })
    world.recipe(name, { version: '2 1\n', build: makes(name) })
  }
  writeFileSync(join(world.repository, 'bad/build'), '#!/bin/sh\nexit 3\n')
  const first = await world.run('U', '--keep-going', '--jobs', '1')

  expect(first.status).toBe(1)
  expect(first.stderr).toMatch(/built 1: good\n.*failed 1: bad/s)
  expect(first.stderr).toContain('nothing was installed; to go on with what is left: kith upgrade --resume')
  expect(existsSync(join(world.root, 'usr/good'))).toBe(false)
  writeFileSync(join(world.repository, 'bad/build'), makes('bad'))
  const resumed = await world.run('U', '--resume')
  expect([resumed.status, resumed.stderr.includes('good building')]).toEqual([0, false])
  expect((await world.run('l')).stdout).toBe('bad 2-1\ngood 2-1\n')
})

test('kith upgrade --keep-going installs in one transaction: all of it, or nothing', async () => {
  for (const name of ['one', 'two']) {
    installByHand(world.root, name, { version: '1 1' })
    world.recipe(name, { version: '2 1\n', build: makes(name) })
  }
  const inTheWay = join(world.root, 'usr/two')
  mkdirSync(join(world.root, 'usr'), { recursive: true })
  writeFileSync(inTheWay, 'mine\n')
  const refused = await world.run('U', '--keep-going')
  expect([refused.status, (await world.run('l')).stdout]).toEqual([1, 'one 1-1\ntwo 1-1\n'])

  rmSync(inTheWay)
  const done = await world.run('U', '--keep-going')
  expect([done.status, (await world.run('l')).stdout]).toEqual([0, 'one 2-1\ntwo 2-1\n'])
  expect((await world.run('history')).stdout.trim().split('\n').length).toBe(1)
})

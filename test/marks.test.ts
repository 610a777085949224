import { afterEach, beforeEach, expect, test } from 'bun:test'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { openWorld, type ScratchWorld } from './cli-fixture.ts'
import { installByHand } from './installed-fixture.ts'

/** What was asked for, what came along, and what goes with it. */

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

async function out(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await world.run(...argv)
  expect([status, stderr.includes('ERROR'), stderr]).toEqual([0, false, stderr])
  return stdout
}

/** app needs lib, lib needs deep; all are built. */
async function buildChain(): Promise<void> {
  const makes = (name: string): string => `#!/bin/sh -e\nmkdir -p "$1/usr/share"\n: >"$1/usr/share/${name}"\n`
  world.recipe('app', { build: makes('app'), depends: 'lib\n' })
  world.recipe('lib', { build: makes('lib'), depends: 'deep\n' })
  world.recipe('deep', { build: makes('deep') })
  await out('build', 'app')
}

test('what is named is explicit, what comes along automatic, until somebody asks for it; undo takes that back', async () => {
  await buildChain()
  installByHand(world.root, 'old')
  await out('install', 'app')

  expect(await out('mark')).toBe('app explicit\ndeep automatic\nlib automatic\nold explicit\n')
  expect(await out('mark', 'automatic')).toBe('deep\nlib\n')
  expect(await out('info', 'lib')).toContain('as a dependency')
  await out('install', 'deep')
  expect(await out('mark', 'explicit')).toBe('app\ndeep\nold\n')
  await out('undo')
  expect(await out('mark', 'automatic')).toBe('deep\nlib\n')
  await out('install', '--automatic', 'deep', 'app')
  expect(await out('mark', 'automatic')).toBe('deep\nlib\n')
  expect(await out('orphans')).toBe('app\nold\n')
  expect(await out('orphans', '--automatic')).toBe('')
})

test('kith mark changes it in a transaction of its own, also of what another tool installed', async () => {
  await buildChain()
  installByHand(world.root, 'old')
  await out('install', 'app')
  await out('mark', 'automatic', 'old', 'app')

  expect(await out('orphans', '--automatic')).toBe('app\ndeep\nlib\nold\n')
  expect(await out('history')).toContain('mark automatic old, automatic app')
  await out('mark', 'explicit', 'app')
  expect(await out('autoremove', '--dry-run')).toContain('var/db/kiss/installed/old/')
  await out('autoremove')
  expect(await out('list')).toBe('app 1.0-1\ndeep 1.0-1\nlib 1.0-1\n')
  await out('undo', '2')
  expect(await out('mark', 'automatic')).toBe('deep\nlib\n')
  expect((await world.run('mark', 'automatic', 'nothing')).stderr).toContain('"nothing": it is not installed')
  expect((await world.run('mark', 'sometimes')).stderr).toContain('expected explicit or automatic')
})

test('what another tool has installed since counts as asked for', async () => {
  await buildChain()
  await out('install', 'app')
  appendFileSync(join(world.root, 'var/db/kiss/installed/lib/manifest'), '/usr/\n')

  expect(await out('mark', 'automatic')).toBe('deep\n')
})

test('kith remove --recursive takes along what came for it and nothing else needs', async () => {
  await buildChain()
  await out('install', 'app')
  installByHand(world.root, 'other', { depends: 'deep\n' })
  await out('remove', '--recursive', 'app')

  expect(await out('list')).toBe('deep 1.0-1\nother 1.0-1\n')
  await out('remove', 'other')
  expect(await out('mark', 'automatic')).toBe('deep\n')
  await out('autoremove')
  expect(await out('list')).toBe('')
  expect((await world.run('autoremove')).stderr).toContain('nothing to do')
})

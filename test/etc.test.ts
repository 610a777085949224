import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { packPackage } from '../src/store/store-fixture.ts'
import { openWorld } from './cli-fixture.ts'

const before = 'one\ntwo\nthree\nfour\nfive\n'

/** A package whose files in /etc were edited, and its next version, which changes them elsewhere. */
async function edited(world: ReturnType<typeof openWorld>, edits: Readonly<Record<string, string>>, next: string) {
  const nodes = (text: string) => ({ '/etc/a': { content: text, mode: 0o640 }, '/etc/b': text })
  const first = await packPackage({ name: 'tool', version: '1', nodes: nodes(before) }, world)
  const second = await packPackage({ name: 'tool', version: '2', nodes: nodes(next) }, world)
  expect((await world.run('install', first)).status).toBe(0)
  for (const [path, text] of Object.entries(edits)) fs.writeFileSync(join(world.root, path), text)
  return await world.run('install', second)
}

const read = (world: ReturnType<typeof openWorld>, path: string): string =>
  fs.readFileSync(join(world.root, path), 'utf8')

test('etc lists what waits, shows how it differs, takes and keeps; and undo brings it back', async () => {
  using world = openWorld()
  const installed = await edited(world, { 'etc/a': 'mine\n', 'etc/b': 'mine\n' }, 'new\n')
  expect(installed.stderr).toContain('2 new versions wait in /etc: kith etc')

  expect((await world.run('etc')).stdout).toBe('tool /etc/a\ntool /etc/b\n')
  const shown = (await world.run('etc', 'show', '/etc/a')).stdout
  expect(shown).toContain('-mine\n+new')
  expect((await world.run('etc', 'take', '/etc/a')).status).toBe(0)
  expect((await world.run('etc', 'keep', '/etc/b')).status).toBe(0)

  expect([read(world, 'etc/a'), read(world, 'etc/b')]).toEqual(['new\n', 'mine\n'])
  expect((await world.run('etc')).stdout).toBe('')
  expect((await world.run('etc', 'take', '/etc/a')).stderr).toContain('nothing waits beside it')
  expect((await world.run('undo')).status).toBe(0)
  expect((await world.run('undo')).status).toBe(0)
  expect((await world.run('etc')).stdout).toBe('tool /etc/a\ntool /etc/b\n')
  expect(read(world, 'etc/a')).toBe('mine\n')
})

test('etc merges what was changed in different places, by what both come from, and keeps the mode', async () => {
  using world = openWorld()
  await edited(world, { 'etc/a': before.replace('one', 'ONE') }, before.replace('five', 'FIVE'))

  expect((await world.run('etc', 'merge')).status).toBe(0)

  expect(read(world, 'etc/a')).toBe('ONE\ntwo\nthree\nfour\nFIVE\n')
  expect(fs.statSync(join(world.root, 'etc/a')).mode & 0o7777).toBe(0o640)
  expect(fs.existsSync(join(world.root, 'etc/a.new'))).toBe(false)
})

test('etc merges nothing that was changed in both versions, and says what to do', async () => {
  using world = openWorld()
  await edited(world, { 'etc/a': before.replace('one', 'mine') }, before.replace('one', 'theirs'))

  const { status, stderr } = await world.run('etc', 'merge', '/etc/a')

  expect(status).toBe(1)
  expect(stderr).toContain('kith etc keep /etc/a')
  expect(read(world, 'etc/a')).toContain('mine')
  expect(read(world, 'etc/a.new')).toContain('theirs')
})

test('etc merges an edit with the newest of several versions by the one that it was made on', async () => {
  using world = openWorld()
  await edited(world, { 'etc/a': before.replace('one', 'ONE') }, before.replace('five', 'FIVE'))
  const nodes = { '/etc/a': before.replace('five', 'FIVE').replace('three', 'THREE'), '/etc/b': before }
  await world.run('install', await packPackage({ name: 'tool', version: '3', nodes }, world))

  expect((await world.run('etc', 'merge', '/etc/a')).status).toBe(0)
  expect(read(world, 'etc/a')).toBe('ONE\ntwo\nTHREE\nfour\nFIVE\n')
})

import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { failureOf } from '../system/archive/archive-fixtures.ts'
import { installPackages } from './install-packages.ts'
import { loadInstalled } from './installed-database.ts'
import { packPackage, type Scratch, scratch, showFiles, testContext } from './store-fixture.ts'

/** Packs packages that depend on each other; gives a way to install some of them. */
async function built(at: Scratch, depends: Readonly<Record<string, string>>) {
  const artifacts = new Map<PackageName, string>()
  for (const [name, text] of Object.entries(depends))
    artifacts.set(
      parsePackageName(name),
      await packPackage({ name, depends: text, nodes: { [`/usr/${name}`]: name } }, at),
    )
  const tested = testContext()
  const install = async (names: readonly string[], isForced = false) => {
    const settings = { root: at.root, isForced, refusesConflicts: false, environment: {} }
    const request = { names: names.map(parsePackageName), artifactOf: (name: PackageName) => artifacts.get(name) }
    return await installPackages(request, settings, tested.context)
  }
  const order = () => tested.events.flatMap((event) => (event.kind === 'installed' ? event.package : []))
  return { ...tested, install, order }
}

test('installPackages() brings what is needed to run, in order, and nothing that is only needed to build', async () => {
  using at = scratch()
  const { install, order } = await built(at, { git: 'curl\nperl make\n', curl: 'zlib\n', zlib: '', perl: '' })

  expect(await install(['git'])).toBe(true)

  expect(order()).toEqual(['zlib', 'curl', 'git'])
})

test('installPackages() installs what is named in order of dependence, each once', async () => {
  using at = scratch()
  const { install, order } = await built(at, { git: 'curl\n', curl: '' })

  await install(['git', 'curl', 'git'])

  expect(order()).toEqual(['curl', 'git'])
})

test('installPackages() does not bring what is installed already', async () => {
  using at = scratch()
  const { install, order } = await built(at, { git: 'curl\n', curl: '' })
  await install(['curl'])

  await install(['git'])

  expect(order()).toEqual(['curl', 'git'])
})

test('installPackages() ends for packages that need each other', async () => {
  using at = scratch()
  const { install, order } = await built(at, { one: 'two\n', two: 'one\n' })

  await install(['one'])

  expect(order().sort()).toEqual(['one', 'two'])
})

test('installPackages() names every missing package at once, of all that were named, and changes nothing', async () => {
  using at = scratch()
  const { install } = await built(at, { git: 'curl\nzlib\n', curl: 'openssl\n', vim: 'ncurses\nzlib\n', ok: '' })

  const error = await failureOf(() => install(['ok', 'git', 'vim', 'gone']))

  expect(error.message.split('\n')).toEqual([
    'Cannot install: 4 packages are not yet built:',
    '  "gone"',
    '  "zlib" (needed by git, vim)',
    '  "ncurses" (needed by vim)',
    '  "openssl" (needed by curl)',
  ])
  expect(error.hint).toBe('kith build gone zlib ncurses openssl')
  expect(showFiles(at.root)).toEqual({})
  expect(fs.readdirSync(join(at.root, 'var/db/kiss'))).toEqual([])
})

test('installPackages() says of one missing package who needs it', async () => {
  using at = scratch()
  const { install } = await built(at, { app: 'ghost\n' })

  const error = await failureOf(() => install(['app']))

  expect(error.message).toBe('Cannot install "ghost" (needed by app): not yet built')
})

test('installPackages() forced asks for no dependencies', async () => {
  using at = scratch()
  const { install, order } = await built(at, { git: 'curl\n', curl: '' })

  await install(['git'], true)

  expect(order()).toEqual(['git'])
})

test('installPackages() ends between packages after Ctrl-C', async () => {
  using at = scratch()
  const { install, abort } = await built(at, { one: '' })
  abort.abort()

  expect((await failureOf(() => install(['one']))).code).toBe('interrupted')
  expect(loadInstalled(at.root).size).toBe(0)
})

test.skipIf(process.getuid?.() !== 0)(
  'installPackages() goes on after a post-install script that fails, and tells it (skipped: only root can chroot)',
  async () => {
    using at = scratch()
    const bad = await packPackage({ name: 'bad', scripts: { 'post-install': '#!/bin/sh\n' } }, at)
    const good = await packPackage({ name: 'good' }, at)
    const { context, events } = testContext()
    const environment = { PATH: process.env.PATH }
    const settings = { root: at.root, isForced: false, refusesConflicts: false, environment }
    const names = ['bad', 'good'].map(parsePackageName)

    const isWell = await installPackages(
      { names, artifactOf: (name) => (name === names[0] ? bad : good) },
      settings,
      context,
    )

    expect(isWell).toBe(false)
    expect(events.find(({ kind }) => kind === 'hook-failed')).toMatchObject({ package: 'bad' })
    expect([...loadInstalled(at.root).keys()]).toEqual(names)
  },
)

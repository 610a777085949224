import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { HookType } from '../events/hooks.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { failureOf, listTree } from '../system/archive/archive-fixtures.ts'
import { installPackages } from './install-packages.ts'
import { loadInstalled } from './installed-database.ts'
import {
  makeNodes,
  type Nodes,
  type PackageSpec,
  packPackage,
  type Scratch,
  scratch,
  showFiles,
  showRoot,
  testContext,
} from './store-fixture.ts'

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
  expect(listTree(join(at.root, 'var/db/kiss/.kith'))).toEqual({ '/history/': expect.anything() })
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

test('installPackages() ends before it changes anything after Ctrl-C', async () => {
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

/** Packs and installs packages in the order given. */
async function installAll(
  at: Scratch,
  specs: readonly PackageSpec[],
  { refusesConflicts = false, onHook = (_type: HookType, _args: readonly string[]): void => undefined } = {},
) {
  const artifacts = new Map<PackageName, string>()
  for (const spec of specs) artifacts.set(parsePackageName(spec.name), await packPackage(spec, at))
  const tested = testContext(onHook)
  const settings = { root: at.root, isForced: false, refusesConflicts, environment: { PATH: process.env.PATH } }
  const request = { names: [...artifacts.keys()], artifactOf: (name: PackageName) => artifacts.get(name) }
  const install = () => installPackages(request, settings, tested.context)
  return { ...tested, install }
}

const refusals: readonly {
  readonly title: string
  readonly root?: Nodes
  readonly second: Nodes
  readonly refusesConflicts?: boolean
  readonly code: string
}[] = [
  {
    title: 'a conflict with the first that KISS_CHOICE=0 refuses',
    second: { '/usr/bin/cat': 'two' },
    refusesConflicts: true,
    code: 'file-conflict',
  },
  { title: 'a file where the first brings a directory', second: { '/usr/share': 'two' }, code: 'path-blocked' },
  { title: 'a directory where the first brings a file', second: { '/usr/bin/cat/x': 'two' }, code: 'path-blocked' },
  {
    title: 'two files that the link of the first brings together',
    second: { '/merged/x': 'two', '/usr/share/x': 'three' },
    code: 'files-collide',
  },
  {
    title: 'the entry of another package, behind the link of the first',
    second: { '/data/installed/zlib/manifest': 'two' },
    code: 'not-a-package',
  },
]

test.each(refusals)(
  'installPackages() changes nothing where the second package is refused for $title',
  async (refused) => {
    using at = scratch()
    makeNodes(at.root, { '/var/db/kiss/installed': { directory: 0o755 }, '/etc/mine': 'mine' })
    const before = showRoot(at.root, true)
    const first = {
      '/usr/bin/cat': 'one',
      '/usr/share/doc': 'one',
      '/merged': { to: 'usr/share' },
      '/data': { to: 'var/db/kiss' },
    }
    const specs = [
      { name: 'one', nodes: first },
      { name: 'two', nodes: refused.second },
    ]
    const { install, events } = await installAll(at, specs, refused)

    const error = await failureOf(install)

    expect<string>(error.code).toBe(refused.code)
    expect(error.message).toContain('two')
    expect(showRoot(at.root, true)).toEqual(before)
    expect(events).toEqual([])
  },
)

test('installPackages() makes choices of what an earlier package of the same command brings', async () => {
  using at = scratch()
  const nodes = (content: string) => ({ '/usr/bin/cat': content })
  const specs = [
    { name: 'busybox', nodes: nodes('busybox') },
    { name: 'sbase', nodes: nodes('sbase') },
    { name: 'toybox', nodes: nodes('toybox') },
  ]
  const { install, events } = await installAll(at, specs)

  await install()

  expect(showFiles(at.root)).toEqual({
    '/usr/bin/cat': 'busybox',
    '/var/db/kiss/choices/sbase>usr>bin>cat': 'sbase',
    '/var/db/kiss/choices/toybox>usr>bin>cat': 'toybox',
  })
  expect(events.flatMap((event) => (event.kind === 'conflict-found' ? `${event.package} ${event.owner}` : []))).toEqual(
    ['sbase busybox', 'toybox busybox'],
  )
})

test('installPackages() goes through the link to a directory that an earlier package of the same command brings', async () => {
  using at = scratch()
  const specs = [
    { name: 'baselayout', nodes: { '/usr/bin': { directory: 0o755 }, '/bin': { to: 'usr/bin' } } },
    { name: 'busybox', nodes: { '/bin/sh': 'sh' } },
  ]
  const { install } = await installAll(at, specs)

  await install()

  expect(showFiles(at.root)).toEqual({ '/bin': '-> usr/bin', '/usr/bin/sh': 'sh' })
})

test('installPackages() runs all pre-install hooks before it changes anything, post-install hooks when all is there', async () => {
  using at = scratch()
  const seen: unknown[] = []
  const specs = ['one', 'two'].map((name) => ({ name, nodes: { [`/usr/${name}`]: name } }))
  const onHook = (type: HookType, [name]: readonly string[]): void =>
    void seen.push([type, name, ...Object.keys(showFiles(at.root)).filter((path) => path.startsWith('/usr'))])
  const { install, events } = await installAll(at, specs, { onHook })

  await install()

  expect(seen).toEqual([
    ['pre-install', 'one'],
    ['pre-install', 'two'],
    ['post-install', 'one', '/usr/one', '/usr/two'],
    ['post-install', 'two', '/usr/one', '/usr/two'],
  ])
  expect(events.map((event) => `${event.kind} ${'package' in event ? event.package : ''}`)).toEqual([
    'install-started one',
    'install-started two',
    'installed one',
    'installed two',
  ])
})

test('installPackages() changes nothing where the pre-install hook of the second package fails, or Ctrl-C comes then', async () => {
  using at = scratch()
  makeNodes(at.root, { '/var/db/kiss': { directory: 0o755 } })
  const before = showRoot(at.root, true)
  const specs = ['one', 'two'].map((name) => ({ name, nodes: { [`/usr/${name}`]: name } }))
  const stop = (effect: () => void) => ({
    onHook: (_: HookType, [name]: readonly string[]) => name === 'two' && effect(),
  })

  const failing = await installAll(
    at,
    specs,
    stop(() => {
      throw new KithError('hook-failed', { hook: '/hook', type: 'pre-install', package: 'two', status: 'status 1' })
    }),
  )
  expect((await failureOf(failing.install)).code).toBe('hook-failed')
  const stopped = await installAll(
    at,
    specs,
    stop(() => stopped.abort.abort()),
  )
  expect((await failureOf(stopped.install)).code).toBe('interrupted')
  expect(showRoot(at.root, true)).toEqual(before)
})

test('installPackages() tells a post-install hook that fails, and goes on: everything is installed by then', async () => {
  using at = scratch()
  const hooked: string[] = []
  const onHook = (type: HookType, [name = '']: readonly string[]): void => {
    if (type !== 'post-install') return
    hooked.push(name)
    if (name === 'one') throw new KithError('hook-failed', { hook: '/hook', type, package: name, status: 'status 7' })
  }
  const { install, events } = await installAll(at, [{ name: 'one' }, { name: 'two' }], { onHook })

  expect(await install()).toBe(false)

  expect(hooked).toEqual(['one', 'two'])
  expect(events).toContainEqual({ kind: 'hook-failed', package: 'one', hook: '/hook', status: 'status 7' })
  expect(events.filter(({ kind }) => kind === 'installed')).toHaveLength(2)
})

test('installPackages() refuses to replace files that no package has, unless they are the same; adopting keeps them aside', async () => {
  using at = scratch()
  fs.mkdirSync(join(at.root, 'usr'))
  for (const [name, text] of Object.entries({ mine: 'mine', same: 'same', 'mine.orig': 'taken' }))
    fs.writeFileSync(join(at.root, 'usr', name), text)
  const artifact = await packPackage({ name: 'tool', nodes: { '/usr/mine': 'theirs', '/usr/same': 'same' } }, at)
  const settings = { root: at.root, isForced: false, refusesConflicts: false, environment: {} }
  const request = { names: [parsePackageName('tool')], artifactOf: () => artifact }
  const before = showFiles(at.root)

  const error = await failureOf(() => installPackages(request, settings, testContext().context))
  expect([error.code, error.message.includes('/usr/mine'), error.message.includes('/usr/same')]).toEqual([
    'untracked-files',
    true,
    false,
  ])
  expect(showFiles(at.root)).toEqual(before)

  await installPackages(request, { ...settings, adopts: true }, testContext().context)
  expect(showFiles(at.root)).toEqual({
    '/usr/mine': 'theirs',
    '/usr/mine.orig': 'taken',
    '/usr/mine.orig2': 'mine',
    '/usr/same': 'same',
  })
})

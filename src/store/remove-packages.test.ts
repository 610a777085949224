import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { parsePackageName } from '../model/package-name.ts'
import { failureOf } from '../system/archive/archive-fixtures.ts'
import { installPackages } from './install-packages.ts'
import { removePackages } from './remove-packages.ts'
import {
  makeNodes,
  type PackageSpec,
  packPackage,
  type Scratch,
  scratch,
  showFiles,
  showRoot,
  testContext,
} from './store-fixture.ts'

async function installAll(at: Scratch, ...specs: readonly PackageSpec[]): Promise<void> {
  const settings = { root: at.root, isForced: true, refusesConflicts: false, environment: {} }
  for (const spec of specs) {
    const artifact = await packPackage(spec, at)
    const request = { names: [parsePackageName(spec.name)], artifactOf: () => artifact }
    await installPackages(request, settings, testContext().context)
  }
}

async function remove(at: Scratch, names: readonly string[], isForced = false) {
  const { context, events } = testContext()
  await removePackages(names.map(parsePackageName), { root: at.root, isForced, environment: {} }, context)
  return events
}

test('removePackages() leaves nothing of what was installed', async () => {
  using at = scratch()
  await installAll(at, {
    name: 'pigz',
    nodes: { '/usr/bin/pigz': 'x', '/usr/bin/unpigz': { to: 'pigz' }, '/usr/caf\xe9': '', '/etc/pigz': 'conf' },
  })

  await remove(at, ['pigz'])

  expect(showRoot(at.root, true)).toEqual({})
})

test('removePackages() leaves directories that something else is in', async () => {
  using at = scratch()
  await installAll(
    at,
    { name: 'one', nodes: { '/usr/share/one': '1' } },
    { name: 'two', nodes: { '/usr/share/two': '2' } },
  )
  makeNodes(at.root, { '/usr/mine': 'm' })

  await remove(at, ['one'])

  expect(showFiles(at.root)).toEqual({ '/usr/mine': 'm', '/usr/share/two': '2' })
})

test('removePackages() keeps edited /etc files and tells it', async () => {
  using at = scratch()
  await installAll(at, { name: 'pigz', nodes: { '/etc/edited': '1', '/etc/same': '1', '/etc/gone': '1' } })
  makeNodes(at.root, { '/etc/edited': 'mine' })
  fs.rmSync(join(at.root, 'etc/gone'))

  const events = await remove(at, ['pigz'])

  expect(showFiles(at.root)).toEqual({ '/etc/edited': 'mine' })
  expect(events.filter(({ kind }) => kind === 'etc-kept')).toMatchObject([
    { path: '/etc/edited', outcome: 'not-removed' },
  ])
})

test("removePackages() removes the package's links below /etc, also dangling ones, and keeps the user's (T13)", async () => {
  using at = scratch()
  await installAll(at, { name: 'runit', nodes: { '/etc/sv/supervise': { to: '/run/x' }, '/etc/conf': 'c' } })
  fs.rmSync(join(at.root, 'etc/conf'))
  makeNodes(at.root, { '/etc/conf': { to: 'mine' } })

  await remove(at, ['runit'])

  expect(showFiles(at.root)).toEqual({ '/etc/conf': '-> mine' })
})

test('removePackages() removes a link to a directory and not what it leads to (T14)', async () => {
  using at = scratch()
  makeNodes(at.root, { '/usr/share/X11/xkb/rules': 'mine' })
  await installAll(at, { name: 'xkb', nodes: { '/usr/share/xkb-2': { to: 'X11/xkb' } } })

  await remove(at, ['xkb'])

  expect(showFiles(at.root)).toEqual({ '/usr/share/X11/xkb/rules': 'mine' })
})

test('removePackages() removes a package although a link to itself is where its directory was', async () => {
  using at = scratch()
  await installAll(at, { name: 'zlib', nodes: { '/lib/libz.so': 'z' } })
  fs.rmSync(join(at.root, 'lib'), { recursive: true })
  makeNodes(at.root, { '/lib': { to: 'lib' } })

  await remove(at, ['zlib'])

  expect(showRoot(at.root, true)).toEqual({ '/lib': '-> lib' })
})

test('removePackages() finds files where links of the root have put them', async () => {
  using at = scratch()
  makeNodes(at.root, { '/usr/lib': { directory: 0o755 }, '/lib': { to: 'usr/lib' } })
  await installAll(at, { name: 'zlib', nodes: { '/lib/libz.so': 'z' } })

  await remove(at, ['zlib'])

  expect(showFiles(at.root)).toEqual({ '/lib': '-> usr/lib' })
})

test('removePackages() removes first what needs the others, also packages that need each other', async () => {
  using at = scratch()
  const names = async () =>
    (await remove(at, ['zlib', 'git', 'curl'])).flatMap((event) => (event.kind === 'removed' ? event.package : []))
  await installAll(at, { name: 'zlib' }, { name: 'curl', depends: 'zlib\n' }, { name: 'git', depends: 'curl\n' })
  expect(await names()).toEqual(['git', 'curl', 'zlib'])

  await installAll(
    at,
    { name: 'zlib', depends: 'git\n' },
    { name: 'curl', depends: 'zlib\n' },
    { name: 'git', depends: 'curl\n' },
  )
  expect((await names()).sort()).toEqual(['curl', 'git', 'zlib'])
})

test('removePackages() refuses what another package needs to run, before any of those named is removed', async () => {
  using at = scratch()
  await installAll(
    at,
    { name: 'zlib' },
    { name: 'git', depends: 'zlib\nperl make\n' },
    { name: 'perl' },
    { name: 'vim' },
  )

  const error = await failureOf(() => remove(at, ['vim', 'zlib']))

  expect(error.message).toContain('1 installed package needs it: git')
  expect(error.hint).toContain('kith remove git')
  expect(fs.existsSync(join(at.root, 'var/db/kiss/installed/vim'))).toBe(true)
  await remove(at, ['perl'])
  await remove(at, ['zlib'], true)
})

test('removePackages() names a package that is not installed, before any is removed', async () => {
  using at = scratch()
  await installAll(at, { name: 'zlib' })

  expect((await failureOf(() => remove(at, ['zlib', 'ghost']))).message).toContain('ghost')
  expect(fs.existsSync(join(at.root, 'var/db/kiss/installed/zlib'))).toBe(true)
})

test('removePackages() refuses to orphan an alternative, whatever path the owner has, unless both go', async () => {
  using at = scratch()
  makeNodes(at.root, { '/usr/bin': { directory: 0o755 }, '/bin': { to: 'usr/bin' } })
  const specs = [
    { name: 'busybox', nodes: { '/bin/cat': 'b' } },
    { name: 'sbase', nodes: { '/usr/bin/cat': 's' } },
  ]
  await installAll(at, ...specs)

  const error = await failureOf(() => remove(at, ['busybox']))
  expect(error.code).toBe('leaves-alternatives')
  expect(error.hint).toContain('kith alternatives')

  await remove(at, ['busybox', 'sbase'])
  expect(showFiles(at.root)).toEqual({ '/bin': '-> usr/bin' })
})

test('removePackages() gives up an entry whose manifest cannot be read only when forced', async () => {
  using at = scratch()
  makeNodes(at.root, { '/var/db/kiss/installed/odd/version': '1 1\n', '/usr/bin/odd': 'x' })

  expect((await failureOf(() => remove(at, ['odd']))).hint).toContain('KISS_FORCE=1 kith remove odd')
  await remove(at, ['odd'], true)

  expect(fs.existsSync(join(at.root, 'var/db/kiss/installed/odd'))).toBe(false)
  expect(showFiles(at.root)).toEqual({ '/usr/bin/odd': 'x' })
})

test('removePackages() runs all pre-remove hooks before it removes anything, and nothing goes where one fails', async () => {
  using at = scratch()
  const specs = ['one', 'two'].map((name) => ({ name, nodes: { [`/usr/${name}`]: name } }))
  await installAll(at, ...specs)
  const before = showRoot(at.root, true)
  const settings = { root: at.root, isForced: false, environment: {} }
  const names = specs.map(({ name }) => parsePackageName(name))
  const hooked: unknown[] = []
  const { context, events } = testContext((type, [name = '']) => {
    hooked.push([type, name])
    expect(showRoot(at.root, true)).toEqual(before)
    if (name === 'one') throw new KithError('hook-failed', { hook: '/hook', type, package: name, status: 'status 1' })
  })

  expect((await failureOf(() => removePackages(names, settings, context))).code).toBe('hook-failed')

  expect(hooked).toEqual([
    ['pre-remove', 'two'],
    ['pre-remove', 'one'],
  ])
  expect(showRoot(at.root, true)).toEqual(before)
  expect(events).toEqual([])
})

test('removePackages() finds what is behind a link that goes with another package', async () => {
  using at = scratch()
  const baselayout = { '/usr/bin': { directory: 0o755 }, '/bin': { to: 'usr/bin' } }
  await installAll(at, { name: 'baselayout', nodes: baselayout }, { name: 'busybox', nodes: { '/bin/sh': 'sh' } })

  const order = (await remove(at, ['busybox', 'baselayout'])).flatMap((one) =>
    one.kind === 'removed' ? one.package : [],
  )

  expect<string[]>(order).toEqual(['baselayout', 'busybox'])
  expect(showFiles(at.root)).toEqual({})
})

test('removePackages() sees what scripts and hooks changed', async () => {
  using at = scratch()
  await installAll(at, { name: 'one', nodes: { '/etc/conf': '1', '/usr/one': '1' } })
  const { context, events } = testContext(() => makeNodes(at.root, { '/etc/conf': 'mine' }))

  await removePackages([parsePackageName('one')], { root: at.root, isForced: false, environment: {} }, context)

  expect(showFiles(at.root)).toEqual({ '/etc/conf': 'mine' })
  expect(events.map(({ kind }) => kind)).toEqual(['etc-kept', 'removed'])
})

test('removePackages() removes nothing, and runs no hook, where the entry of the second package cannot be read', async () => {
  using at = scratch()
  await installAll(at, { name: 'one', nodes: { '/usr/one': '1' } }, { name: 'two' })
  fs.rmSync(join(at.root, 'var/db/kiss/installed/one/manifest'))
  const before = showRoot(at.root, true)
  const { context } = testContext(() => expect.unreachable())
  const names = ['one', 'two'].map(parsePackageName)
  const settings = { root: at.root, isForced: false, environment: {} }

  expect((await failureOf(() => removePackages(names, settings, context))).code).toBe('database-invalid')

  expect(showRoot(at.root, true)).toEqual(before)
})

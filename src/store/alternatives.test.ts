import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { type TreePath, textTreePath } from '../model/tree-path.ts'
import { failureOf } from '../system/archive/archive-fixtures.ts'
import { listChoices, listPreferred, swapAlternatives } from './alternatives.ts'
import { installPackages } from './install-packages.ts'
import {
  makeNodes,
  type PackageSpec,
  packPackage,
  type Scratch,
  scratch,
  showFiles,
  testContext,
} from './store-fixture.ts'

const cat = textTreePath('/usr/bin/cat')
const sbase = parsePackageName('sbase')
const busybox = parsePackageName('busybox')

async function install(at: Scratch, ...specs: readonly PackageSpec[]): Promise<void> {
  const settings = { root: at.root, isForced: false, refusesConflicts: false, environment: {} }
  for (const spec of specs) {
    const artifact = await packPackage(spec, at)
    const request = { names: [parsePackageName(spec.name)], artifactOf: () => artifact }
    await installPackages(request, settings, testContext().context)
  }
}

async function swap(name: PackageName, path: TreePath, root: string): Promise<void> {
  const { failure } = await swapAlternatives([{ package: name, path }], root)
  if (failure !== undefined) throw failure
}

const both = [
  { name: 'busybox', nodes: { '/usr/bin/cat': 'busybox' } },
  { name: 'sbase', nodes: { '/usr/bin/cat': { content: 'sbase', mode: 0o4755 } } },
]

test('listChoices() and listPreferred() are empty without choices', () => {
  using at = scratch()

  expect(listChoices(at.root)).toEqual([])
  expect(listPreferred(at.root)).toEqual([])
})

test('swapAlternatives() puts a choice in place and what was there among the choices; back again it is as before', async () => {
  using at = scratch()
  await install(at, ...both)
  const before = showFiles(at.root)

  await swap(sbase, cat, at.root)

  expect(showFiles(at.root)).toEqual({ '/usr/bin/cat': 'sbase', '/var/db/kiss/choices/busybox>usr>bin>cat': 'busybox' })
  expect(fs.statSync(join(at.root, cat)).mode & 0o7777).toBe(0o4755)
  expect(listChoices(at.root)).toEqual([{ package: busybox, path: cat }])
  expect(listPreferred(at.root)).toEqual([{ package: sbase, path: cat }])
  expect(listPreferred(at.root, busybox)).toEqual([])

  await swap(busybox, cat, at.root)
  expect(showFiles(at.root)).toEqual(before)
})

test('swapAlternatives() of a file below /etc: edits still count after the swap', async () => {
  using at = scratch()
  const conf = textTreePath('/etc/conf')
  await install(at, { name: 'busybox', nodes: { '/etc/conf': 'b' } }, { name: 'sbase', nodes: { '/etc/conf': 's' } })
  expect(showFiles(at.root)).toEqual({ '/etc/conf': 'b', '/var/db/kiss/choices/sbase>etc>conf': 's' })

  await swap(sbase, conf, at.root)
  await install(at, { name: 'sbase', version: '2.0', nodes: { '/etc/conf': 's2' } })
  expect(showFiles(at.root)['/etc/conf']).toBe('s2')

  makeNodes(at.root, { '/etc/conf': 'mine' })
  await install(at, { name: 'sbase', version: '3.0', nodes: { '/etc/conf': 's3' } })
  expect(showFiles(at.root)).toMatchObject({ '/etc/conf': 'mine', '/etc/conf.new': 's3' })
})

test('swapAlternatives() replaces a link, also one to nothing, and keeps it as a choice', async () => {
  using at = scratch()
  await install(at, { name: 'busybox', nodes: { '/usr/bin/cat': { to: 'gone' } } }, both[1] ?? { name: '' })

  await swap(sbase, cat, at.root)

  expect(showFiles(at.root)).toEqual({ '/usr/bin/cat': 'sbase', '/var/db/kiss/choices/busybox>usr>bin>cat': '-> gone' })
})

test('swapAlternatives() puts a choice where nothing is any more, directory and all', async () => {
  using at = scratch()
  await install(at, ...both)
  fs.rmSync(join(at.root, 'usr'), { recursive: true })
  const manifest = join(at.root, 'var/db/kiss/installed/busybox/manifest')
  fs.writeFileSync(manifest, '/var/db/kiss/installed/busybox/manifest\n')

  await swap(sbase, cat, at.root)

  expect(showFiles(at.root)).toEqual({ '/usr/bin/cat': 'sbase' })
})

test('swapAlternatives() refuses before anything changes', async () => {
  using at = scratch()
  await install(at, ...both)
  const before = showFiles(at.root)
  const refusals = [
    [parsePackageName('ghost'), cat, 'not-installed'],
    [busybox, cat, 'alternative-unknown'],
    [sbase, textTreePath('/usr/bin/dog'), 'alternative-unknown'],
  ] as const

  for (const [name, path, code] of refusals) {
    const error = await failureOf(() => swap(name, path, at.root))
    expect(error.code).toBe(code)
    expect(error.hint).toContain('kith')
  }
  expect(showFiles(at.root)).toEqual(before)
})

test('swapAlternatives() refuses to replace a file that no package has', async () => {
  using at = scratch()
  await install(at, ...both)
  fs.writeFileSync(join(at.root, 'var/db/kiss/installed/busybox/manifest'), '/var/db/kiss/installed/busybox/manifest\n')

  expect((await failureOf(() => swap(sbase, cat, at.root))).code).toBe('alternative-not-owned')
})

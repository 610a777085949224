import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { basename, join } from 'node:path'
import { failureOf, rawArchive } from '../system/archive/archive-fixtures.ts'
import { stageArtifact } from './staging.ts'
import { type PackageSpec, packPackage, type Scratch, scratch } from './store-fixture.ts'

const database = '/var/db/kiss/installed/pigz'
const manifest = `${database}/manifest`

async function stage(spec: Partial<PackageSpec>, at: Scratch, isForced = false) {
  return await stageArtifact(await packPackage({ name: 'pigz', ...spec }, at), at.root, isForced)
}

async function refusalOf(spec: Partial<PackageSpec>, isForced = false): Promise<string> {
  using at = scratch()
  const error = await failureOf(() => stage(spec, at, isForced))
  return error.message
}

test('stageArtifact() lists what the manifest lists', async () => {
  using at = scratch()
  const nodes = { '/usr/bin/pigz': 'x', '/usr/lib/x.la': '' }
  const staged = await stage({ depends: 'zlib\nmake make\n', nodes }, at)

  expect(`${staged.name} ${staged.version.version}-${staged.version.release}`).toBe('pigz 1.0-1')
  expect(staged.entries.map(({ path }): string => path)).toContain('/usr/bin/pigz')
  expect(staged.dependencies.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['zlib run', 'make make'])
})

test('stageArtifact() takes the kind from the tree: directories without slash are from puke', async () => {
  using at = scratch()
  const rewrite = (lines: readonly string[]) => lines.map((line) => line.replace(/\/$/, ''))
  const staged = await stage({ nodes: { '/usr/bin/pigz': 'x' }, rewrite }, at)

  expect(staged.entries.find(({ path }) => path.endsWith('/bin'))?.isDirectory).toBe(true)
})

test('stageArtifact() knows the directories above, also where the manifest does not list them', async () => {
  using at = scratch()
  const rewrite = (lines: readonly string[]) => lines.filter((line) => !line.endsWith('/'))
  const staged = await stage({ nodes: { '/usr/bin/pigz': 'x' }, rewrite }, at)

  expect(staged.entries.filter(({ isDirectory }) => isDirectory).map(({ path }): string => path)).toContain('/usr/bin')
})

test('stageArtifact() refuses a manifest that names files which are not there, unless forced', async () => {
  const rewrite = (lines: readonly string[]) => [...lines, '/usr/bin/ghost']

  expect(await refusalOf({ rewrite })).toContain('/usr/bin/ghost')
  using at = scratch()
  const staged = await stage({ rewrite }, at, true)
  expect(staged.entries.some(({ path }) => path.includes('ghost'))).toBe(false)
})

test('attack: a manifest names a file of the host, behind a link of the package', async () => {
  const rewrite = (lines: readonly string[]) => [...lines, '/way/passwd']

  expect(await refusalOf({ nodes: { '/way': { to: '/etc' } }, rewrite })).toContain('/way/passwd')
  using at = scratch()
  const forced = await stage({ nodes: { '/way': { to: '/etc' } }, rewrite }, at, true)
  expect(forced.entries.some(({ path }) => path.includes('passwd'))).toBe(false)
})

test('attack: a manifest calls a file a directory, to pass by the search for conflicts', async () => {
  const rewrite = (lines: readonly string[]) => lines.map((line) => (line === '/usr/bin/sh' ? '/usr/bin/sh/' : line))

  expect(await refusalOf({ nodes: { '/usr/bin/sh': 'evil' }, rewrite })).toContain('/usr/bin/sh')
})

test('attack: a manifest leaves the tree', async () => {
  for (const line of ['/usr/../../etc/passwd', 'etc/passwd', '//etc', '/'])
    expect(await refusalOf({ rewrite: (lines) => [...lines, line] }, true)).toMatch(
      /line \d+ of its manifest is no path/,
    )
})

test('attack: a manifest does not list itself, so that nothing would own the files', async () => {
  expect(await refusalOf({ rewrite: (lines) => lines.filter((line) => line !== manifest) }, true)).toContain(
    'list itself',
  )
})

test('attack: the database entry is a link to another one', async () => {
  using at = scratch()
  const file = join(at.directory, 'pigz@1.0-1.tar')
  fs.writeFileSync(
    file,
    rawArchive(
      { name: './var/db/kiss/installed/zlib/manifest', content: `${manifest}\n` },
      { name: './var/db/kiss/installed/pigz', type: '2', linkName: 'zlib' },
    ),
  )
  Bun.spawnSync(['gzip', file])

  const error = await failureOf(() => stageArtifact(`${file}.gz`, at.root, false))

  expect(error.message).toContain(`it holds no ${manifest}`)
})

test('attack: a file is below a link that the package itself ships', async () => {
  using at = scratch()
  const file = join(at.directory, 'pigz@1.0-1.tar')
  fs.writeFileSync(
    file,
    rawArchive({ name: './usr/lib64', type: '2', linkName: 'lib' }, { name: './usr/lib64/x', content: 'x' }),
  )
  Bun.spawnSync(['gzip', file])

  const error = await failureOf(() => stageArtifact(`${file}.gz`, at.root, false))

  expect(error.message).toContain('usr/lib64/x')
  expect(error.message).toContain('behind a symlink')
})

test('attack: a name with a line break would be two lines of the manifest', async () => {
  const refusal = await refusalOf({ nodes: { '/usr/a\n/etc/passwd': 'x' } }, true)

  expect(refusal).toContain('line break')
  expect(refusal).not.toContain('\n')
})

test('stageArtifact() keeps names that are no UTF-8', async () => {
  using at = scratch()
  const staged = await stage({ nodes: { '/usr/caf\xe9': 'x' } }, at)

  expect(staged.entries.map(({ path }): string => path)).toContain('/usr/caf\xe9')
})

test('stageArtifact() names what is no artifact', async () => {
  using at = scratch()
  const junk = join(at.directory, 'junk@1.0-1.tar.gz')
  fs.writeFileSync(junk, 'junk')

  for (const file of [junk, '/nowhere/pigz@1.0-1.tar.gz', '/nowhere/pigz.tar.gz'])
    expect((await failureOf(() => stageArtifact(file, at.root, false))).message).toContain(basename(file))
})

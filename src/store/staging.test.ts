import { describe, expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { basename, join } from 'node:path'
import { textTreePath } from '../model/tree-path.ts'
import { failureOf, rawArchive } from '../system/archive/archive-fixtures.ts'
import { readStagedContents } from './staged-content.ts'
import { stageAgain, stageArtifact } from './staging.ts'
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

test('stageArtifact() keeps names that are no UTF-8, and control characters', async () => {
  using at = scratch()
  const names = ['/usr/caf\xe9', '/usr/\x01\x1b[2J\r\t', '/usr/\xff\xfe', '/usr/"\\ ']
  const staged = await stage({ nodes: Object.fromEntries(names.map((name) => [name, 'x'])) }, at)

  const paths = staged.entries.map(({ path }): string => path)
  expect(names.filter((name) => !paths.includes(name))).toEqual([])
})

test('stageArtifact() names what is no artifact', async () => {
  using at = scratch()
  const junk = join(at.directory, 'junk@1.0-1.tar.gz')
  fs.writeFileSync(junk, 'junk')

  for (const file of [junk, '/nowhere/pigz@1.0-1.tar.gz', '/nowhere/pigz.tar.gz'])
    expect((await failureOf(() => stageArtifact(file, at.root, false))).message).toContain(basename(file))
})

test('stageArtifact() tells the hash of the artifact, and what it brought with the hash of each file', async () => {
  using at = scratch()
  const nodes = { '/usr/bin/pigz': { content: 'program', mode: 0o4755 }, '/usr/bin/unpigz': { same: '/usr/bin/pigz' } }
  const artifact = await packPackage({ name: 'pigz', nodes: { ...nodes, '/usr/l': { to: 'bin' } } }, at)
  const staged = await stageArtifact(artifact, at.root, false)

  const sha256 = (bytes: string | Uint8Array): string => new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  const program = { kind: 'file', mode: 0o4755, sizeBytes: 7, sha256: sha256('program') } as const
  expect(staged.artifactHash).toBe(sha256(fs.readFileSync(artifact)))
  expect(staged.contents.get(textTreePath('/usr/bin/pigz'))).toEqual(program)
  expect(staged.contents.get(textTreePath('/usr/bin/unpigz'))).toEqual(program)
  expect(staged.contents.get(textTreePath('/usr/l'))).toEqual({ kind: 'symlink', to: 'bin' })
  expect(staged.contents).toEqual(await readStagedContents(staged.directory))
})

test('stageAgain() tells what a hook has made of the tree', async () => {
  using at = scratch()
  const staged = await stage({ nodes: { '/usr/bin/pigz': 'x', '/usr/bin/gone': 'x' } }, at, true)
  fs.writeFileSync(join(staged.directory, 'usr/bin/pigz'), 'changed')
  fs.chmodSync(join(staged.directory, 'usr/bin/pigz'), 0o4755)
  fs.rmSync(join(staged.directory, 'usr/bin/gone'))
  fs.symlinkSync('/etc/passwd', join(staged.directory, 'usr/bin/link'))

  const again = await stageAgain(staged, true)

  expect(again.contents.get(textTreePath('/usr/bin/pigz'))).toMatchObject({ sizeBytes: 7, mode: 0o4755 })
  expect(again.contents.has(textTreePath('/usr/bin/gone'))).toBe(false)
  expect(again.contents.get(textTreePath('/usr/bin/link'))).toEqual({ kind: 'symlink', to: '/etc/passwd' })
  expect(again.entries.some(({ path }) => path.endsWith('gone'))).toBe(false)
  expect(again.privileged.map(({ path }): string => path)).toEqual(['/usr/bin/pigz'])
  expect((await failureOf(() => stageAgain(staged, false))).message).toContain('/usr/bin/gone')
})

for (const [suffix, program] of [
  ['xz', 'xz'],
  ['bz2', 'bzip2'],
  ['lz', 'lzip'],
] as const)
  test.skipIf(Bun.which(program) === null)(
    `stageArtifact() lets ${program} decompress within the confinement (skipped without it)`,
    async () => {
      using at = scratch()
      const tarball = await packPackage({ name: 'pigz', nodes: { '/usr/bin/pigz': 'x' } }, at)
      const artifact = join(at.directory, `pigz@1.0-1.tar.${suffix}`)
      Bun.spawnSync(['sh', '-ec', `gzip -dc "$1" | ${program} -c >"$2"`, 'sh', tarball, artifact])
      const staged = await stageArtifact(artifact, at.root, false)

      expect(staged.entries.map(({ path }): string => path)).toContain('/usr/bin/pigz')
    },
  )

test('stageArtifact() ends when it is asked to, and leaves nothing behind', async () => {
  using at = scratch()
  const artifact = await packPackage({ name: 'pigz', nodes: { '/usr/bin/pigz': 'x' } }, at)

  const error = await failureOf(() => stageArtifact(artifact, at.root, false, { signal: AbortSignal.abort() }))

  expect(error.code).toBe('interrupted')
})

describe('hashes', () => {
  const zeros = '0'.repeat(64)
  const beside = async (text: string, at: Scratch): Promise<string> => {
    const artifact = await packPackage({ name: 'pigz' }, at)
    fs.writeFileSync(`${artifact}.sha256`, text)
    return artifact
  }

  test('stageArtifact() takes an artifact that is what the file beside it says', async () => {
    using at = scratch()
    const artifact = await packPackage({ name: 'pigz' }, at)
    Bun.spawnSync(['sh', '-c', `cd "$(dirname "$1")" && sha256sum "$(basename "$1")" >"$1.sha256"`, 'sh', artifact])
    const hash = fs.readFileSync(`${artifact}.sha256`, 'utf8').slice(0, 64)
    const staged = await stageArtifact(artifact, at.root, false)

    expect(staged.artifactHash).toBe(hash)
  })

  test('stageArtifact() refuses one that is not, naming both hashes, and parses nothing of it', async () => {
    using at = scratch()
    const artifact = await beside(`${zeros}  pigz@1.0-1.tar.gz\n`, at)
    fs.writeFileSync(artifact, 'no archive at all')
    const found = new Bun.CryptoHasher('sha256').update('no archive at all').digest('hex')

    const error = await failureOf(() => stageArtifact(artifact, at.root, true))

    expect(error.code).toBe('artifact-altered')
    for (const part of [zeros, found, `${artifact}.sha256`]) expect(error.message).toContain(part)
    expect(error.hint).toContain('kith build pigz')
  })

  test('stageArtifact() refuses what an index expects to be other, whatever the file beside it says', async () => {
    using at = scratch()
    const artifact = await packPackage({ name: 'pigz' }, at)
    const expectedHash = { sha256: zeros, origin: 'the index' }

    const error = await failureOf(() => stageArtifact(artifact, at.root, false, { expectedHash }))

    expect(error.message).toContain('the index')
  })

  for (const text of [
    '',
    'nonsense\n',
    `${zeros}\n`,
    `${zeros}  other.tar.gz\n`,
    `${zeros.slice(1)}  pigz@1.0-1.tar.gz\n`,
  ])
    test(`stageArtifact() refuses an artifact beside a file with ${JSON.stringify(text)}`, async () => {
      using at = scratch()
      const artifact = await beside(text, at)

      const error = await failureOf(() => stageArtifact(artifact, at.root, false))

      expect(error.message).toContain('no line of sha256sum for it')
    })
})

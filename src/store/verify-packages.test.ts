import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { parsePackageName } from '../model/package-name.ts'
import { textTreePath } from '../model/tree-path.ts'
import { swapAlternatives } from './alternatives.ts'
import { installPackages } from './install-packages.ts'
import {
  isRoot,
  needsRoot,
  type PackageSpec,
  packPackage,
  type Scratch,
  scratch,
  testContext,
} from './store-fixture.ts'
import { type Verification, verifyPackages } from './verify-packages.ts'

async function install(at: Scratch, spec: PackageSpec): Promise<void> {
  const artifact = await packPackage(spec, at)
  const settings = { root: at.root, isForced: false, refusesConflicts: false, environment: {} }
  await installPackages(
    { names: [parsePackageName(spec.name)], artifactOf: () => artifact },
    settings,
    testContext().context,
  )
}

const tool: PackageSpec = {
  name: 'tool',
  nodes: {
    '/usr/bin/tool': { content: 'tool', mode: 0o755 },
    '/usr/bin/link': { to: 'tool' },
    '/usr/lib/tool/a b': 'with a blank',
    '/usr/lib/tool/data': 'data',
    '/usr/run': { fifo: 0o600 },
    '/etc/tool': 'conf',
    '/etc/other': 'conf',
  },
}

const verify = async (at: Scratch, isFull = false): Promise<Verification> => await verifyPackages(at.root, { isFull })
const told = ({ paths }: Verification): string[] =>
  paths.map(({ path, faults }) => `${faults.join(',')} ${path}`).sort()

test('verifyPackages() finds nothing wrong with what was just installed', async () => {
  using at = scratch()
  await install(at, tool)

  const found = await verify(at)

  expect([found.paths, found.extra, found.withoutSums]).toEqual([[], [], []])
  expect(found.checked).toBeGreaterThan(10)
})

test('verifyPackages() tells what is missing, changed, of another type, mode or target, and edits of /etc apart', async () => {
  using at = scratch()
  await install(at, tool)
  const at_ = (path: string): string => join(at.root, path)
  fs.writeFileSync(at_('usr/bin/tool'), 'TOOL')
  fs.chmodSync(at_('usr/bin/tool'), 0o4755)
  fs.rmSync(at_('usr/bin/link'))
  fs.symlinkSync('sh', at_('usr/bin/link'))
  fs.rmSync(at_('usr/lib/tool/a b'))
  fs.rmSync(at_('usr/run'))
  fs.writeFileSync(at_('usr/run'), '')
  fs.writeFileSync(at_('etc/tool'), 'mine')
  fs.rmSync(at_('etc/other'))
  fs.chmodSync(at_('usr/lib/tool'), 0o777)
  fs.writeFileSync(at_('usr/lib/tool/core'), '')

  const found = await verify(at)

  expect(told(found)).toEqual([
    'content,mode /usr/bin/tool',
    'edited /etc/other',
    'edited /etc/tool',
    'missing /usr/lib/tool/a b',
    'mode /usr/lib/tool',
    'target /usr/bin/link',
    'type /usr/run',
  ])
  expect(found.extra.map(String)).toEqual(['/usr/lib/tool/core'])
})

test.skipIf(!isRoot)(`verifyPackages() tells another owner${needsRoot}`, async () => {
  using at = scratch()
  await install(at, tool)
  fs.chownSync(join(at.root, 'usr/lib/tool/data'), 65_534, 65_534)

  expect(told(await verify(at))).toEqual(['owner /usr/lib/tool/data'])
})

test('verifyPackages() finds a change that keeps size and time, and with isFull one that the cache would hide', async () => {
  using at = scratch()
  await install(at, tool)
  const file = join(at.root, 'usr/lib/tool/data')
  await verify(at)
  const cache = join(at.root, 'var/db/kiss/.kith/verified')
  const { mtime } = fs.statSync(file)
  fs.writeFileSync(file, 'DATA')
  fs.utimesSync(file, mtime, mtime)

  expect(told(await verify(at))).toEqual(['content /usr/lib/tool/data'])

  // A cache that lies: what would be there if the file had been changed behind the kernel's back.
  const { dev, ino, size, mtimeMs, ctimeMs } = fs.statSync(file)
  const good = new Bun.CryptoHasher('sha256').update('data').digest('hex')
  const device = ((dev >> 8) & 0xfff) * 2 ** 32 + ((dev & 0xff) | ((dev >> 12) & 0xfff00))
  fs.writeFileSync(cache, `${good} ${device} ${ino} ${size} ${mtimeMs} ${ctimeMs}\n`)
  expect(told(await verify(at))).toEqual([])
  expect(told(await verify(at, true))).toEqual(['content /usr/lib/tool/data'])
})

test('verifyPackages() goes by the manifest and etcsums where another tool changed the package', async () => {
  using at = scratch()
  await install(at, tool)
  const manifest = join(at.root, 'var/db/kiss/installed/tool/manifest')
  fs.writeFileSync(manifest, fs.readFileSync(manifest, 'latin1').replace('/usr/bin/link\n', ''), 'latin1')
  fs.rmSync(join(at.root, 'usr/bin/tool'))
  fs.writeFileSync(join(at.root, 'etc/tool'), 'mine')

  const found = await verify(at)

  expect(found.withoutSums.map(String)).toEqual(['tool'])
  expect(told(found)).toEqual(['edited /etc/tool', 'missing /usr/bin/tool'])
})

test('verifyPackages() knows files by their names after a swap of alternatives', async () => {
  using at = scratch()
  await install(at, { name: 'one', nodes: { '/usr/bin/cat': { content: 'one', mode: 0o755 } } })
  await install(at, { name: 'two', nodes: { '/usr/bin/cat': { content: 'two', mode: 0o755 } } })
  expect(told(await verify(at))).toEqual([])

  await swapAlternatives([{ package: parsePackageName('two'), path: textTreePath('/usr/bin/cat') }], at.root)

  const found = await verify(at)
  expect([told(found), found.withoutSums]).toEqual([[], []])
  fs.writeFileSync(join(at.root, 'usr/bin/cat'), 'three')
  expect((await verify(at)).paths.map((one) => `${one.package} ${one.path}`)).toEqual(['two /usr/bin/cat'])
})

import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { failureOf, listTree } from '../system/archive/archive-fixtures.ts'
import { installPackages } from './install-packages.ts'
import { removePackages } from './remove-packages.ts'
import {
  isRoot,
  type Nodes,
  needsRoot,
  packPackage,
  type Scratch,
  scratch,
  showRoot,
  testContext,
} from './store-fixture.ts'

const pigz = parsePackageName('pigz')

/** A file system of its own at `path` in the root. */
function mounted(at: Scratch, path: string, ...options: readonly string[]): Disposable {
  const target = join(at.root, path)
  fs.mkdirSync(target, { recursive: true })
  const { exitCode, stderr } = Bun.spawnSync(['mount', '-t', 'tmpfs', ...options, 'kith-test', target])
  if (exitCode !== 0) throw new Error(`mount: ${stderr}`)
  return { [Symbol.dispose]: () => void Bun.spawnSync(['umount', '-l', target]) }
}

/** Some moments after a process that Landlock confined to a directory has ended, the kernel still keeps that directory. */
function remountReadOnly(at: Scratch, path: string): void {
  for (let attempt = 0; ; attempt++) {
    const { exitCode, stderr } = Bun.spawnSync(['mount', '-o', 'remount,ro', join(at.root, path)])
    if (exitCode === 0) return
    if (attempt === 100) throw new Error(`mount: ${stderr}`)
    Bun.sleepSync(50)
  }
}

async function install(at: Scratch, nodes: Nodes, version = '1.0', name: PackageName = pigz): Promise<void> {
  const artifact = await packPackage({ name, version, nodes }, at)
  const settings = { root: at.root, isForced: false, refusesConflicts: false, environment: {} }
  await installPackages({ names: [name], artifactOf: () => artifact }, settings, testContext().context)
}

const canMount = isRoot && Bun.which('mount') !== null
const check = (title: string, body: () => Promise<void>) => test.skipIf(!canMount)(`${title}${needsRoot}`, body)

check(
  'installing keeps mode, time, hard links, links and pipes where /usr is another file system than /var',
  async () => {
    using at = scratch()
    using _usr = mounted(at, '/usr')

    await install(at, {
      '/usr/bin/su': { content: 'su', mode: 0o4755 },
      '/usr/bin/also': { same: '/usr/bin/su' },
      '/usr/lib/deep/link': { to: '../x' },
      '/usr/run': { fifo: 0o600 },
      '/opt/x': 'x',
    })

    const found = listTree(at.root)
    expect(found['/usr/bin/su']).toMatch(/^4755 \d+ 2 x2$/)
    expect(found['/usr/bin/also']).toBe(found['/usr/bin/su'] ?? '')
    expect(found['/usr/lib/deep/link']).toStartWith('-> ../x')
    expect(found['/usr/run']).toStartWith('fifo 600')
    expect(Object.keys(found).filter((path) => path.includes('.kith/staging'))).toEqual([])
  },
)

check('a full disk behind /usr leaves the installed version as it was', async () => {
  using at = scratch()
  using _usr = mounted(at, '/usr', '-o', 'size=1m')
  await install(at, { '/usr/a': 'old', '/usr/big': 'old' })
  const before = showRoot(at.root, true)

  const error = await failureOf(() => install(at, { '/usr/a': 'new', '/usr/big': 'x'.repeat(2_000_000) }, '2.0'))

  expect(error.message).toContain('no space left on device')
  expect(error.hint).toContain('df -h')
  expect(showRoot(at.root, true)).toEqual(before)
})

check(
  'a full disk while unpacking leaves the installed version as it was, and removal works when there is room',
  async () => {
    using at = scratch()
    using _root = mounted(at, '/', '-o', 'size=1m')
    await install(at, { '/usr/a': 'old' })
    const before = showRoot(at.root, true)

    const error = await failureOf(() => install(at, { '/usr/a': 'new', '/usr/big': 'x'.repeat(2_000_000) }, '2.0'))

    expect(error.message).toContain('no space left on device')
    expect(showRoot(at.root, true)).toEqual(before)
    Bun.spawnSync(['dd', 'if=/dev/zero', `of=${join(at.root, 'filler')}`, 'bs=64k'], { stderr: 'ignore' })
    const removing = () =>
      removePackages([pigz], { root: at.root, isForced: false, environment: {} }, testContext().context)
    expect((await failureOf(removing)).message).toContain('no space left on device')
    fs.rmSync(join(at.root, 'filler'))
    expect(showRoot(at.root, true)).toEqual(before)
    await removing()
    expect(Object.keys(showRoot(at.root, true))).toEqual([])
  },
)

check('a read-only root is named, and stays as it was', async () => {
  using at = scratch()
  using _root = mounted(at, '/')
  await install(at, { '/usr/a': 'old' })
  remountReadOnly(at, '/')
  const before = showRoot(at.root, true)

  expect((await failureOf(() => install(at, { '/usr/a': 'new' }, '2.0'))).message).toContain('read-only file system')
  const removing = failureOf(() =>
    removePackages([pigz], { root: at.root, isForced: false, environment: {} }, testContext().context),
  )
  expect((await removing).message).toContain('read-only file system')
  expect(showRoot(at.root, true)).toEqual(before)
})

check('a read-only /usr is noticed before anything else is changed', async () => {
  using at = scratch()
  using _usr = mounted(at, '/usr')
  await install(at, { '/usr/a': 'old', '/opt/a': 'old' })
  remountReadOnly(at, '/usr')
  const before = showRoot(at.root, true)

  const error = await failureOf(() => install(at, { '/usr/a': 'new', '/opt/a': 'new' }, '2.0'))

  expect(error.message).toMatch(/root\/usr\/.*": read-only file system/)
  expect(showRoot(at.root, true)).toEqual(before)
})

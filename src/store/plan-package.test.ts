import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import type { KithError } from '../errors/kith-error.ts'
import { parsePackageName } from '../model/package-name.ts'
import { failureOf, hasProgram, listTree } from '../system/archive/archive-fixtures.ts'
import { installPackages } from './install-packages.ts'
import {
  makeNodes,
  type Nodes,
  packPackage,
  type Scratch,
  scratch,
  showFiles,
  showRoot,
  testContext,
} from './store-fixture.ts'

interface Change {
  readonly isForced?: boolean
  readonly refusesConflicts?: boolean
  readonly version?: string
  readonly name?: string
}

/** Packs and installs a package of these files; gives the events. */
async function install(at: Scratch, nodes: Nodes, change: Change = {}) {
  const { name = 'pigz', version = '1.0', isForced = false, refusesConflicts = false } = change
  const artifact = await packPackage({ name, version, nodes }, at)
  const { context, events } = testContext()
  const request = { names: [parsePackageName(name)], artifactOf: () => artifact }
  await installPackages(request, { root: at.root, isForced, refusesConflicts, environment: {} }, context)
  return events
}

/** The error, and that the root is as it was and nothing is left of the attempt. */
async function refusal(at: Scratch, nodes: Nodes, change: Change = {}): Promise<KithError> {
  const before = showRoot(at.root, true)
  const error = await failureOf(() => install(at, nodes, change))
  const stays = Object.entries(showRoot(at.root, true)).filter(([path]) => !/^\/var(\/db(\/kiss)?)?$/.test(path))
  expect(stays).toEqual(Object.entries(before).filter(([path]) => !/^\/var(\/db(\/kiss)?)?$/.test(path)))
  expect(error.hint).toBeTruthy()
  return error
}

const files = (at: Scratch) => showFiles(at.root)
const nextVersion = { version: '2.0' }

test('installPackages() keeps modes, times, links, hard links and odd names, whatever the umask', async () => {
  using at = scratch()
  const umask = process.umask(0o077)
  try {
    await install(at, {
      '/usr/bin/su': { content: 'su', mode: 0o4755 },
      '/usr/bin/also': { same: '/usr/bin/su' },
      '/usr/bin/link': { to: 'su' },
      '/usr/caf\xe9': 'x',
      '/var/tmp': { directory: 0o1777 },
      '/var/mail': { directory: 0o2770 },
    })
  } finally {
    process.umask(umask)
  }
  const found = listTree(at.root)
  expect(found['/usr/bin/su']).toMatch(/^4755 .* x2$/)
  expect(found['/usr/bin/also']).toMatch(/^4755 .* x2$/)
  expect(found['/usr/bin/link']).toStartWith('-> su')
  expect(found['/usr/caf\xe9']).toMatch(/^6/)
  expect(found['/var/tmp/']).toStartWith('1777')
  expect(found['/var/mail/']).toStartWith('2770')
  expect(found['/var/db/kiss/installed/pigz/manifest']).toMatch(/^6/)
})

test.skipIf(!hasProgram('mkfifo'))('installPackages() installs a named pipe (skipped without mkfifo)', async () => {
  using at = scratch()

  await install(at, { '/run/pipe': { fifo: 0o600 } })

  expect(files(at)).toEqual({ '/run/pipe': 'fifo' })
})

test('installPackages() removes what the new version has no more, and empty directories with it', async () => {
  using at = scratch()
  await install(at, { '/usr/share/old/a': 'a', '/usr/share/b': 'b', '/usr/share/empty': { directory: 0o755 } })

  await install(at, { '/usr/share/b': 'new' }, nextVersion)

  expect(showRoot(at.root)).toEqual({ '/usr': 'dir', '/usr/share': 'dir', '/usr/share/b': 'new' })
})

test('installPackages() judges obsolete files by where they are (T15: /usr/lib64/x becomes /usr/lib/x)', async () => {
  using at = scratch()
  makeNodes(at.root, { '/usr/lib': { directory: 0o755 }, '/usr/lib64': { to: 'lib' } })
  await install(at, { '/usr/lib64/x': 'old' })

  await install(at, { '/usr/lib/x': 'new' }, nextVersion)

  expect(files(at)).toEqual({ '/usr/lib/x': 'new', '/usr/lib64': '-> lib' })
})

test('installPackages() turns a directory of the package into a link (merging /lib into /usr/lib)', async () => {
  using at = scratch()
  await install(at, { '/lib/libc.so': 'old', '/lib/gone': '' })

  await install(at, { '/lib': { to: 'usr/lib' }, '/usr/lib/libc.so': 'new' }, nextVersion)

  expect(files(at)).toEqual({ '/lib': '-> usr/lib', '/usr/lib/libc.so': 'new' })
})

test('installPackages() leaves a link of the package to a directory that becomes a directory', async () => {
  using at = scratch()
  await install(at, { '/lib': { to: 'usr/lib' }, '/usr/lib/libc.so': 'old' })

  await install(at, { '/lib/libc.so': 'new' }, nextVersion)

  expect(files(at)).toEqual({ '/lib': '-> usr/lib', '/usr/lib/libc.so': 'new' })
})

test('installPackages() makes a directory of a link to nothing that the package had', async () => {
  using at = scratch()
  await install(at, { '/usr/doc': { to: '../data/doc' } })

  await install(at, { '/usr/doc/readme': 'x' }, nextVersion)

  expect(files(at)).toEqual({ '/usr/doc/readme': 'x' })
})

test("installPackages() refuses to replace a link to nothing that is not the package's by a directory", async () => {
  using at = scratch()
  makeNodes(at.root, { '/usr/doc': { to: 'nowhere' } })

  const error = await refusal(at, { '/usr/doc/readme': 'x' })

  expect(error.message).toContain('"/usr/doc" is a file or link, the package has a directory there')
})

test('installPackages() installs its own link to a directory again (T16 baselayout)', async () => {
  using at = scratch()
  const nodes: Nodes = { '/usr/lib/x': 'x', '/lib': { to: 'usr/lib' } }
  await install(at, nodes)

  await install(at, nodes)

  expect(files(at)).toEqual({ '/lib': '-> usr/lib', '/usr/lib/x': 'x' })
})

test('installPackages() refuses two files that links of the root bring to one place', async () => {
  using at = scratch()
  makeNodes(at.root, { '/usr/bin': { directory: 0o755 }, '/bin': { to: 'usr/bin' } })

  const error = await refusal(at, { '/bin/x': 'one', '/usr/bin/x': 'two' })

  expect(error.code).toBe('files-collide')
  expect(error.message).toContain('/usr/bin/x: /bin/x and /usr/bin/x')
})

test('attack: an artifact brings the database entry of another package', async () => {
  using at = scratch()
  makeNodes(at.root, { '/data': { to: 'var/db/kiss' } })
  for (const path of ['/var/db/kiss/installed/zlib/manifest', '/data/installed/zlib/manifest', '/data/choices/a>b'])
    expect((await refusal(at, { [path]: '/usr/lib/libz.so\n' }, { isForced: true })).message).toContain(path)
})

test('installPackages() makes choices of files that another package has, and installs them again so', async () => {
  using at = scratch()
  await install(at, { '/usr/bin/cat': 'busybox' }, { name: 'busybox' })

  for (const version of ['1.0', '2.0']) {
    const events = await install(at, { '/usr/bin/cat': `sbase ${version}`, '/etc/x': 'x' }, { name: 'sbase', version })

    expect(events.filter(({ kind }) => kind === 'conflict-found')).toEqual([
      { kind: 'conflict-found', package: 'sbase', path: '/usr/bin/cat', owner: 'busybox' },
    ])
    expect(files(at)).toEqual({
      '/etc/x': 'x',
      '/usr/bin/cat': 'busybox',
      '/var/db/kiss/choices/sbase>usr>bin>cat': `sbase ${version}`,
    })
  }
  expect(fs.readFileSync(join(at.root, 'var/db/kiss/installed/sbase/manifest'), 'latin1').split('\n')).toContain(
    '/var/db/kiss/choices/sbase>usr>bin>cat',
  )
})

test('installPackages() refuses conflicts by KISS_CHOICE=0, and those that cannot be choices', async () => {
  using at = scratch()
  await install(at, { '/usr/bin/a>b': 'busybox' }, { name: 'busybox' })

  expect((await refusal(at, { '/usr/bin/a>b': 'x' }, { refusesConflicts: true })).hint).toContain('KISS_CHOICE')
  const error = await refusal(at, { '/usr/bin/a>b': 'x' })
  expect(error.message).toContain('the path holds a ">"')
  expect(error.hint).toContain('kith remove busybox')
})

test('installPackages() refuses while the manifest of another package cannot be read, and says how to mend it', async () => {
  using at = scratch()
  await install(at, { '/usr/bin/a': 'a' }, { name: 'zlib' })
  const manifest = join(at.root, 'var/db/kiss/installed/zlib/manifest')
  fs.appendFileSync(manifest, 'no path\n')

  const error = await refusal(at, { '/usr/bin/b': 'b' })
  expect(error.code).toBe('database-invalid')
  expect(error.hint).toContain('KISS_FORCE=1 kith install zlib')

  await install(at, { '/usr/bin/a': 'new' }, { name: 'zlib', isForced: true })
  await install(at, { '/usr/bin/b': 'b' })
  expect(files(at)).toEqual({ '/usr/bin/a': 'new', '/usr/bin/b': 'b' })
})

test('installPackages() installs over an entry without manifest: an interrupted first installation', async () => {
  using at = scratch()
  makeNodes(at.root, { '/var/db/kiss/installed/pigz/version': '0.9 1\n', '/usr/bin/pigz': 'half' })

  await install(at, { '/usr/bin/pigz': 'x' })

  expect(files(at)).toEqual({ '/usr/bin/pigz': 'x' })
})

test('installPackages() keeps an edited /etc file, puts the new one beside it and tells it', async () => {
  using at = scratch()
  await install(at, { '/etc/a': 'a1', '/etc/b': 'b1', '/etc/c': 'c1' })
  makeNodes(at.root, { '/etc/a': 'mine', '/etc/c': 'mine' })

  const events = await install(at, { '/etc/a': 'a2', '/etc/b': 'b2' }, nextVersion)

  expect(files(at)).toEqual({ '/etc/a': 'mine', '/etc/a.new': 'a2', '/etc/b': 'b2', '/etc/c': 'mine' })
  expect(events.filter(({ kind }) => kind === 'etc-kept')).toMatchObject([
    { path: '/etc/a', outcome: 'saved-new' },
    { path: '/etc/c', outcome: 'not-removed' },
  ])
})

test('installPackages() overwrites no /etc file when etcsums has the wrong number of lines', async () => {
  using at = scratch()
  await install(at, { '/etc/a': 'a1', '/etc/b': 'b1' })
  fs.appendFileSync(join(at.root, 'var/db/kiss/installed/pigz/etcsums'), `${'0'.repeat(66)}\n`)

  await install(at, { '/etc/a': 'a2', '/etc/b': 'b1' }, nextVersion)

  expect(files(at)).toEqual({ '/etc/a': 'a1', '/etc/a.new': 'a2', '/etc/b': 'b1' })
})

test('installPackages() changes nothing where a hook took a file out of the unpacked package', async () => {
  using at = scratch()
  const artifact = await packPackage({ name: 'pigz', nodes: { '/usr/a': 'a', '/usr/b': 'b' } }, at)
  const { context } = testContext((type, [, directory = '']) => {
    if (type === 'pre-install') fs.rmSync(join(directory, 'usr/b'))
  })
  const settings = { root: at.root, isForced: false, refusesConflicts: false, environment: {} }

  const error = await failureOf(() =>
    installPackages({ names: [parsePackageName('pigz')], artifactOf: () => artifact }, settings, context),
  )

  expect(error.message).toContain('/usr/b')
  expect(files(at)).toEqual({})
})

import * as fs from 'node:fs'
import { join } from 'node:path'
import { parsePackageName } from '../../src/model/package-name.ts'
import { textTreePath } from '../../src/model/tree-path.ts'
import { swapAlternatives } from '../../src/store/alternatives.ts'
import { installPackages } from '../../src/store/install-packages.ts'
import { removePackages } from '../../src/store/remove-packages.ts'
import { planReverting, type RevertRequest, revertTransactions } from '../../src/store/revert-transactions.ts'
import { type Nodes, packPackage, testContext, unpackHere } from '../../src/store/store-fixture.ts'

/** A command that changes a root, and what was there before. Packages are real tarballs, made in `directory`. */
export interface Scenario {
  readonly name: string
  /** How many packages the command is about. */
  readonly packages: number
  /** Paths in the root where other file systems are mounted. */
  readonly mounts?: readonly string[]
  /** Brings an empty root to where the command begins. */
  readonly prepare: (root: string, directory: string) => Promise<void>
  readonly command: (root: string, directory: string) => Promise<void>
  /** The same as words for the executable, run in `directory` once the command itself has packed there what it needs. */
  readonly words?: readonly string[]
}

interface Package {
  readonly name: string
  readonly version?: string
  readonly nodes: Nodes
}

/** What is in place before most of them: a merged /usr, the libc and the shell, something in /etc. */
const base: Package = {
  name: 'base',
  nodes: {
    '/bin': { to: 'usr/bin' },
    '/lib': { to: 'usr/lib' },
    '/usr/bin/sh': { content: 'shell 1', mode: 0o755 },
    '/usr/lib/libc.so': { content: 'libc 1', mode: 0o755 },
    '/usr/lib/ld.so': { to: 'libc.so' },
    '/etc/profile': 'profile 1',
    '/tmp': { directory: 0o1777 },
  },
}
const nextBase: Package = {
  name: 'base',
  version: '2.0',
  nodes: {
    ...base.nodes,
    '/usr/bin/sh': { content: 'shell 2', mode: 0o755 },
    '/usr/lib/libc.so': { content: 'libc 2', mode: 0o755 },
    '/usr/lib/ld.so': { to: './libc.so' },
    '/etc/profile': 'profile 2',
  },
}

const tool: Package = {
  name: 'tool',
  nodes: {
    '/usr/bin/tool': { content: 'tool 1', mode: 0o4755 },
    '/usr/bin/also': { same: '/usr/bin/tool' },
    '/usr/lib/tool/plugin': 'plugin',
    '/usr/lib/tool/gone': 'gone',
    '/usr/share/tool': 'a file that becomes a directory',
    '/usr/share/data/x': 'in a directory that becomes a file',
    '/usr/share/moved': 'moves',
    '/etc/tool.conf': 'conf 1',
    '/etc/edited.conf': 'edited 1',
    '/var/spool/tool': { fifo: 0o622 },
    '/boot/tool.img': 'image 1',
  },
}
const nextTool: Package = {
  name: 'tool',
  version: '2.0',
  nodes: {
    '/usr/bin/tool': { content: 'tool 2', mode: 0o755 },
    '/usr/bin/also': { to: 'tool' },
    '/usr/lib/tool/plugin': 'plugin',
    '/usr/share/tool/readme': 'in a directory that was a file',
    '/usr/share/data': 'a file that was a directory',
    '/usr/share/new/moved': 'moves',
    '/etc/tool.conf': 'conf 2',
    '/etc/edited.conf': 'edited 2',
    '/var/spool/tool': { fifo: 0o600 },
    '/boot/tool.img': 'image 2',
  },
}

async function install(root: string, directory: string, packages: readonly Package[]): Promise<void> {
  const artifacts = new Map<string, string>()
  for (const one of packages) {
    // Packed once, so that the files of a command that runs again have the times that they had.
    const packed = join(directory, `${one.name}@${one.version ?? '1.0'}-1.tar.gz`)
    artifacts.set(one.name, fs.existsSync(packed) ? packed : await packPackage(one, { directory }))
  }
  const settings = { root, isForced: false, refusesConflicts: false, environment: {}, unpack: unpackHere }
  const names = packages.map(({ name }) => parsePackageName(name))
  await installPackages({ names, artifactOf: (name) => artifacts.get(name) }, settings, testContext().context)
}

/** Installs a package that has nothing to do with the scenarios. */
export async function installPlain({
  root,
  directory,
}: {
  readonly root: string
  readonly directory: string
}): Promise<void> {
  await install(root, directory, [{ name: 'plain', nodes: { '/opt/plain': 'plain' } }])
}

async function remove(root: string, ...names: readonly string[]): Promise<void> {
  const settings = { root, isForced: true, environment: {} }
  await removePackages(names.map(parsePackageName), settings, testContext().context)
}

async function revert(root: string, request: RevertRequest): Promise<void> {
  await revertTransactions(planReverting(request, root, false), root, testContext().context)
}

function edit(root: string): void {
  fs.writeFileSync(join(root, 'etc/edited.conf'), 'by hand')
}

async function withTool(root: string, directory: string): Promise<void> {
  await install(root, directory, [base])
  await install(root, directory, [tool])
  edit(root)
}

/** Many small packages that share directories; the second version changes, moves and drops files. */
function many(count: number, version: string): Package[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `p${index}`,
    version,
    nodes: {
      [`/usr/bin/p${index}`]: { content: `${index} ${version}`, mode: 0o755 },
      [`/usr/share/all/${version === '1.0' ? 'old' : 'new'}/${index}`]: `data ${index}`,
      ...(index % 3 === 0 ? { [`/etc/p${index}`]: `conf ${version}` } : {}),
    },
  }))
}

function sized(count: number): Scenario[] {
  const names = Array.from({ length: count }, (_, index) => `p${index}`)
  const first = many(count, '1.0')
  const second = many(count, '2.0')
  return [
    {
      name: 'first install',
      packages: count,
      prepare: (root, directory) => install(root, directory, [base]),
      command: (root, directory) => install(root, directory, first),
    },
    {
      name: 'upgrade',
      packages: count,
      prepare: async (root, directory) => {
        await install(root, directory, [base])
        await install(root, directory, first)
      },
      command: (root, directory) => install(root, directory, second),
    },
    {
      name: 'remove',
      packages: count,
      prepare: (root, directory) => install(root, directory, first),
      command: (root) => remove(root, ...names),
    },
    {
      name: 'undo',
      packages: count,
      prepare: async (root, directory) => {
        await install(root, directory, first)
        await install(root, directory, second)
      },
      command: (root) => revert(root, { kind: 'undo' }),
    },
  ]
}

const single: readonly Scenario[] = [
  {
    name: 'first install into nothing',
    packages: 1,
    prepare: async () => undefined,
    command: (root, directory) => install(root, directory, [tool]),
    words: ['install', './tool@1.0-1.tar.gz'],
  },
  {
    name: 'upgrade of the libc and the shell',
    packages: 1,
    prepare: (root, directory) => install(root, directory, [base]),
    command: (root, directory) => install(root, directory, [nextBase]),
    words: ['install', './base@2.0-1.tar.gz'],
  },
  {
    name: 'upgrade with moved, removed and type-changed files, an edited one in /etc',
    packages: 1,
    prepare: withTool,
    command: (root, directory) => install(root, directory, [nextTool]),
    words: ['install', './tool@2.0-1.tar.gz'],
  },
  {
    name: 'remove',
    packages: 1,
    prepare: withTool,
    command: (root) => remove(root, 'tool'),
    words: ['remove', 'tool'],
  },
  {
    name: 'swap of an alternative',
    packages: 1,
    prepare: async (root, directory) => {
      await install(root, directory, [base])
      await install(root, directory, [{ name: 'other', nodes: { '/usr/bin/sh': { content: 'another', mode: 0o755 } } }])
    },
    command: async (root) => {
      const swap = { package: parsePackageName('other'), path: textTreePath('/usr/bin/sh') }
      await swapAlternatives([swap], root)
    },
    words: ['alternatives', 'other', '/usr/bin/sh'],
  },
  {
    name: 'undo of an upgrade',
    packages: 1,
    prepare: async (root, directory) => {
      await withTool(root, directory)
      await install(root, directory, [nextTool])
    },
    command: (root) => revert(root, { kind: 'undo' }),
    words: ['undo'],
  },
  {
    name: 'undo of a removal',
    packages: 1,
    prepare: async (root, directory) => {
      await withTool(root, directory)
      await remove(root, 'tool')
    },
    command: (root) => revert(root, { kind: 'undo' }),
    words: ['undo'],
  },
  {
    name: 'redo',
    packages: 1,
    prepare: async (root, directory) => {
      await withTool(root, directory)
      await install(root, directory, [nextTool])
      await revert(root, { kind: 'undo' })
    },
    command: (root) => revert(root, { kind: 'redo' }),
    words: ['redo'],
  },
  {
    name: 'several at once, of which files move from one to another',
    packages: 3,
    prepare: async (root, directory) => {
      await install(root, directory, [
        { name: 'one', nodes: { '/usr/bin/shared': 'of one', '/usr/lib/one/x': '1' } },
        { name: 'two', nodes: { '/usr/bin/two': 'of two' } },
      ])
    },
    command: (root, directory) =>
      install(root, directory, [
        { name: 'one', version: '2.0', nodes: { '/usr/lib/one/x': '2' } },
        { name: 'two', version: '2.0', nodes: { '/usr/bin/two': 'of two', '/usr/bin/shared': 'of two now' } },
        { name: 'three', nodes: { '/opt/three': { directory: 0o700 }, '/opt/three/x': '3' } },
      ]),
    words: ['install', './one@2.0-1.tar.gz', './two@2.0-1.tar.gz', './three@1.0-1.tar.gz'],
  },
]

export const scenarios: readonly Scenario[] = [...single, ...sized(10), ...sized(50)]

/** The same where parts of the root are other file systems. Only root can mount them. */
export const areaScenarios: readonly Scenario[] = [
  ['/usr'],
  ['/var'],
  ['/boot', '/usr'],
  ['/etc', '/usr/lib', '/var'],
].flatMap((mounts) => single.map((one) => ({ ...one, name: `${one.name}, ${mounts.join(' ')} mounted`, mounts })))

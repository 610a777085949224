import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { KithError } from '../errors/kith-error.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { ancestorPaths, type TreePath, textTreePath } from '../model/tree-path.ts'
import type { InstallChange, RemoveChange, Transaction } from '../plan/transaction.ts'
import { failureOf } from '../system/archive/archive-fixtures.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { hostPath, treeEntry, walkTree } from '../system/tree.ts'
import { diskTree, type TreeView, walkView } from '../system/tree-view.ts'
import { applyTransaction } from './apply-transaction.ts'
import { loadInstalled, readManifest } from './installed-database.ts'
import { planInstallation } from './plan-installation.ts'
import { planRemoval } from './plan-removal.ts'
import { PlannedTree } from './planned-tree.ts'
import { treePath } from './stage-changes.ts'
import type { StagedPackage } from './staging.ts'
import {
  makeNodes,
  type Node,
  type Nodes,
  packPackage,
  type Scratch,
  scratch,
  type TestSpace,
  testSpace,
} from './store-fixture.ts'

/** Few paths, so that packages meet: shared directories, links of a merged /usr, one path as file, link and directory. */
const hubs = ['/bin', '/lib', '/usr/lib64', '/opt', '/opt/a']
const leaves = [
  ...['/bin/a', '/lib/x', '/usr/bin/a', '/usr/bin/b', '/usr/lib/x', '/usr/lib/y', '/usr/lib64/x'],
  ...['/etc/c', '/etc/c.new', '/etc/d', '/etc/link', '/opt/a/b', '/opt/a/c'],
]
const files: fc.Arbitrary<Node> = fc.constantFrom(
  '1',
  '2',
  '3',
  { content: '1', mode: 0o4755 },
  { content: '4', mode: 0o600 },
)
const links: fc.Arbitrary<Node> = fc
  .constantFrom('usr/bin', 'usr/lib', 'lib', '../opt', '/opt', 'nowhere')
  .map((to) => ({ to }))
const directories: fc.Arbitrary<Node> = fc.constantFrom(0o755, 0o700, 0o1777).map((mode) => ({ directory: mode }))

const mostly = (often: fc.Arbitrary<Node>, ...seldom: fc.Arbitrary<Node>[]): fc.Arbitrary<Node> =>
  fc.oneof({ weight: 12, arbitrary: often }, ...seldom.map((arbitrary) => ({ weight: 2, arbitrary })))
const nodesAt = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...hubs), mostly(directories, links, files)) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...leaves), mostly(files, links, directories)) },
)

/** A tree: nothing is below a file or link. */
const trees: fc.Arbitrary<Nodes> = fc.array(nodesAt, { maxLength: 6 }).map((pairs) => {
  const all: Nodes = Object.fromEntries(pairs)
  const isInDirectories = (path: string): boolean =>
    ancestorPaths(textTreePath(path)).every((above) => isDirectory(all[above]))
  return Object.fromEntries(Object.entries(all).filter(([path]) => isInDirectories(path)))
})

function isDirectory(node: Node | undefined): boolean {
  return node === undefined || (typeof node === 'object' && 'directory' in node)
}

interface Package {
  readonly name: string
  readonly nodes: Nodes
}

const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta']

function packages(maxLength: number): fc.Arbitrary<Package[]> {
  const one = fc.record({ name: fc.constantFrom(...names), nodes: trees })
  return fc.uniqueArray(one, { selector: ({ name }) => name, minLength: 1, maxLength })
}

interface World {
  /** Which links a merged root has. */
  readonly merged: readonly string[]
  /** Installed one by one, as far as they are not refused. */
  readonly installed: readonly Package[]
  /** What somebody wrote, or removed, afterwards. */
  readonly edits: Readonly<Record<string, string | undefined>>
  readonly refusesConflicts: boolean
}

const worlds: fc.Arbitrary<World> = fc.record({
  merged: fc.subarray(['/bin', '/lib', '/usr/lib64']),
  installed: packages(4),
  edits: fc.dictionary(
    fc.constantFrom('/etc/c', '/etc/d', '/etc/c.new', '/opt/a/mine'),
    fc.constantFrom('mine', '1', undefined),
  ),
  refusesConflicts: fc.constantFrom(false, false, false, true),
})
const mergedLinks: Nodes = { '/bin': { to: 'usr/bin' }, '/lib': { to: 'usr/lib' }, '/usr/lib64': { to: 'lib' } }

async function prepare(at: Scratch, { merged, installed, edits }: World): Promise<void> {
  makeNodes(at.root, { '/usr/bin': { directory: 0o755 }, '/usr/lib': { directory: 0o755 } })
  for (const path of merged) makeNodes(at.root, { [path]: mergedLinks[path] ?? '' })
  for (const one of installed) {
    await installOneByOne(at.root, [await packPackage(one, at)], false)
  }
  for (const [path, content] of Object.entries(edits)) edit(at.root, textTreePath(path), content)
}

/** Only where no link is in the way: one could lead out of the root. */
function edit(root: string, path: TreePath, content: string | undefined): void {
  const isReal = ancestorPaths(path).every((above) => treeEntry(root, above)?.kind === 'directory')
  if (!isReal || treeEntry(root, path)?.kind === 'directory') return
  fs.rmSync(join(root, path), { force: true })
  if (content !== undefined) fs.writeFileSync(join(root, path), content)
}

/** A copy of the root `origin`. */
function copyRoot(origin: string, root: string): string {
  Bun.spawnSync(['cp', '-a', origin, root])
  return root
}

/** What the plan says of the root comes true. */
function carryOut(transaction: Transaction, { space, trees }: TestSpace): void {
  const root = space.root.directory
  const views = new Map(
    [...trees().keys()].map((name) => [name, diskTree(space.staging(0).directory + treePath(name))]),
  )
  const planned = new PlannedTree(diskTree(root), views)
  planned.carryOut(transaction.operations)
  const expected = showView(planned)
  applyTransaction(transaction, space, { command: 'test', trees: trees() })
  expect(showView(diskTree(root))).toEqual(expected)
}

interface OneByOne {
  /** The artifacts of what was not refused: it went in before the next was planned. */
  readonly accepted: readonly string[]
  readonly changes: readonly InstallChange[]
  /** Why the first was refused that was. */
  readonly refusal: string | undefined
}

async function installOneByOne(
  root: string,
  artifacts: readonly string[],
  refusesConflicts: boolean,
): Promise<OneByOne> {
  const accepted: string[] = []
  const changes: InstallChange[] = []
  const refusals: string[] = []
  for (const artifact of artifacts)
    try {
      using test = testSpace(root)
      const staged = await test.stage(artifact)
      const transaction = await planInstallation([staged], { root, isForced: false, refusesConflicts })
      carryOut(transaction, test)
      accepted.push(artifact)
      changes.push(...transaction.changes)
    } catch (error) {
      refusals.push(messageOf(error))
    }
  return { accepted, changes, refusal: refusals[0] }
}

function messageOf(error: unknown): string {
  if (error instanceof KithError) return error.message
  throw error
}

const isOfKith = (path: TreePath): boolean => path.includes('/.kith') || /^\/var(\/db(\/kiss)?)?$/.test(path)

/** Every byte, mode, hard link and time, save the times of what the transaction itself writes. */
function showDisk(root: string): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const { path, kind, mode, links: count, mtimeMs } of walkTree(root)) {
    if (isOfKith(path)) continue
    const target = hostPath(root, path)
    const octal = `${kind} ${mode.toString(8)}`
    if (kind === 'symlink') shown[path] = `${fs.readlinkSync(target)} ${mtimeMs}`
    else if (kind !== 'file') shown[path] = octal
    else {
      const time = path.endsWith('/manifest') ? '' : mtimeMs
      shown[path] = `${octal} x${count} ${time} ${fs.readFileSync(target, 'latin1')}`
    }
  }
  return shown
}

function showView(tree: TreeView): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const { path, kind } of walkView(tree, textTreePath('/')))
    if (!isOfKith(path)) {
      const content = kind === 'file' ? tree.bytes(path) : kind === 'symlink' ? tree.link(path) : ''
      shown[path] = `${kind} ${content}`
    }
  return shown
}

/** A few each time; KITH_TEST_RUNS=1000 before something is changed here. */
const numRuns = Number(process.env.KITH_TEST_RUNS ?? 20)

test(
  'planInstallation() of all packages, carried out, gives what one package after the other gives, or refuses as it does',
  async () => {
    const property = fc.asyncProperty(worlds, packages(6), async (world, command) => {
      const { refusesConflicts } = world
      using at = scratch()
      await prepare(at, world)
      const artifacts: string[] = []
      for (const one of command) artifacts.push(await packPackage({ ...one, version: '2.0' }, at))
      const each = copyRoot(at.root, join(at.directory, 'each'))
      const root = copyRoot(at.root, join(at.directory, 'all'))
      const settings = { root, isForced: false, refusesConflicts }

      const { accepted, changes, refusal } = await installOneByOne(each, artifacts, refusesConflicts)

      if (refusal !== undefined) {
        using test = testSpace(root)
        const staged: StagedPackage[] = []
        for (const one of artifacts) staged.push(await test.stage(one))
        const before = showDisk(root)
        expect((await failureOf(() => planInstallation(staged, settings))).message).toBe(refusal)
        expect(showDisk(root)).toEqual(before)
      }
      using test = testSpace(root)
      const staged: StagedPackage[] = []
      for (const one of accepted) staged.push(await test.stage(one))
      const transaction = await planInstallation(staged, settings)
      expect(JSON.parse(JSON.stringify(transaction))).toEqual(transaction)
      carryOut(transaction, test)
      expect(transaction.changes).toEqual(changes)
      expect(showDisk(root)).toEqual(showDisk(each))
    })
    await fc.assert(property, { numRuns })
  },
  60_000 + numRuns * 1000,
)

test(
  'planRemoval() of all packages, carried out, leaves what one package after the other leaves, and none of their files',
  async () => {
    const property = fc.asyncProperty(worlds, fc.uniqueArray(fc.constantFrom(...names)), async (world, going) => {
      using at = scratch()
      await prepare(at, world)
      const each = copyRoot(at.root, join(at.directory, 'each'))
      const all = copyRoot(at.root, join(at.directory, 'all'))
      const order = going.map(parsePackageName).filter((name) => loadInstalled(at.root).has(name))
      const owned = placesOf(order, at.root)

      const changes: RemoveChange[] = []
      for (const name of order) {
        using test = testSpace(each)
        const transaction = await planRemoval([name], { root: each, isForced: true })
        carryOut(transaction, test)
        changes.push(...transaction.changes)
      }
      using test = testSpace(all)
      const transaction = await planRemoval(order, { root: all, isForced: true })
      carryOut(transaction, test)

      expect(transaction.changes).toEqual(changes)
      const kept = new Set<string>(changes.flatMap(({ keptEtc }) => keptEtc))
      const left = Object.entries(showDisk(all))
      expect(left.map(([path]) => path).filter((path) => owned.get(path) === 'file' && !kept.has(path))).toEqual([])
      // A link that goes first hides what a later package has behind it: of that alone there may be less.
      const expected = Object.entries(showDisk(each))
      const isLeft = new Set(left.map(([path]) => path))
      expect(left).toEqual(expected.filter(([path]) => isLeft.has(path) || !owned.has(path)))
    })
    await fc.assert(property, { numRuns })
  },
  60_000 + numRuns * 1000,
)

/** Where what packages have really is. */
function placesOf(packageNames: readonly PackageName[], root: string): ReadonlyMap<string, 'file' | 'directory'> {
  const tree = diskTree(root)
  const physical = new PhysicalPaths(tree)
  const installed = loadInstalled(root)
  const entries = packageNames.flatMap((name) => installed.get(name)?.entry ?? [])
  const listed = entries.flatMap((entry) => readManifest(tree, entry))
  return new Map(listed.map((one) => [physical.place(one.path), one.isDirectory ? 'directory' : 'file']))
}

import { expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { parsePackageName } from '../model/package-name.ts'
import { ancestorPaths, type TreePath, textTreePath } from '../model/tree-path.ts'
import type { Operation } from '../plan/transaction.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { diskTree, type TreeView, walkView } from '../system/tree-view.ts'
import { applyTransaction } from './apply-transaction.ts'
import { PlannedTree } from './planned-tree.ts'
import { treePath } from './stage-changes.ts'
import { makeNodes, type Nodes, scratch, testSpace } from './store-fixture.ts'

const tree = parsePackageName('pigz')
const root: Nodes = {
  '/usr/bin/a': '1',
  '/usr/bin/c/d': '1',
  '/usr/lib': { directory: 0o755 },
  '/bin': { to: 'usr/bin' },
  '/lib': { to: 'nowhere' },
  '/opt/a/b': '2',
}
/** Each file is staged several times: it can be placed once. */
const copies = 3
const names = ['file', 'link', 'other']
const stagedNodes = Object.fromEntries(
  Array.from({ length: copies }, (_, copy): [string, Nodes[string]][] => [
    [`/${copy}/file`, `staged ${copy}`],
    [`/${copy}/link`, { to: '../usr' }],
    [`/${copy}/other`, 'other'],
  ]).flat(),
)

const texts = ['/bin', '/bin/a', '/bin/c', '/usr', '/usr/bin', '/usr/bin/a', '/usr/bin/c', '/lib', '/lib/x', '/usr/lib']
const paths = fc.constantFrom(...texts, '/opt', '/opt/a', '/opt/a/b', '/opt/a/c/d').map(textTreePath)
const stagedPaths = fc
  .tuple(fc.nat({ max: copies - 1 }), fc.constantFrom(...names))
  .map(([copy, name]) => textTreePath(`/${copy}/${name}`))
const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('make-directory' as const), path: paths, mode: fc.constant(0o755) }),
  fc.record({
    kind: fc.constant('place' as const),
    staged: fc.record({ tree: fc.constant(tree), path: stagedPaths }),
    path: paths,
  }),
  fc.record({ kind: fc.constant('move' as const), from: paths, to: paths }),
  fc.record({ kind: fc.constant('copy-aside' as const), path: paths, copy: paths }),
  fc.record({ kind: fc.constant('write' as const), path: paths, bytes: fc.constantFrom('x\n', 'y\xe9\n') }),
  fc.record({ kind: fc.constant('remove' as const), path: paths }),
  fc.record({ kind: fc.constant('remove-directory' as const), path: paths }),
)

test('PlannedTree shows what a transaction makes of the root', async () => {
  const carriedOut = new Set<string>()
  const property = fc.asyncProperty(fc.array(operations, { minLength: 3, maxLength: 12 }), async (all) => {
    using at = scratch()
    makeNodes(at.root, root)
    using test = testSpace(at.root)
    const unpacked = join(test.space.staging(0).directory, treePath(tree))
    makeNodes(unpacked, stagedNodes)
    const trees = new Map([[tree, { kind: 'staging', area: 0, path: treePath(tree) } as const]])
    const planned = new PlannedTree(diskTree(at.root), new Map([[tree, diskTree(unpacked)]]))
    const possible: Operation[] = []
    const used = new Set<string>()
    for (const operation of all) {
      const staged = operation.kind === 'place' ? operation.staged.path : undefined
      if (!isPossible(operation, planned) || (staged !== undefined && used.has(staged))) continue
      if (staged !== undefined) used.add(staged)
      planned.carryOut([operation])
      possible.push(operation)
      carriedOut.add(operation.kind)
    }
    const expected = await show(planned)

    applyTransaction({ changes: [], operations: possible }, test.space, { command: 'test', trees })

    expect(await show(diskTree(at.root))).toEqual(expected)
  })
  await fc.assert(property, { numRuns: 80 })
  expect(carriedOut.size).toBe(7)
}, 60_000)

test('PlannedTree finds nothing of what a link led to where the link is gone', () => {
  using at = scratch()
  makeNodes(at.root, root)
  const planned = new PlannedTree(diskTree(at.root))
  const bin = textTreePath('/bin')
  const inner = textTreePath('/bin/c')

  planned.carryOut([
    { kind: 'remove', path: bin },
    { kind: 'make-directory', path: inner, mode: 0o755 },
  ])

  expect(planned.names(bin)).toEqual(['c'])
  expect(planned.names(inner)).toEqual([])
  expect(planned.entry(textTreePath('/bin/a'))).toBeUndefined()
})

/** A plan has physical paths only, moves and copies only files and links, never one onto itself or onto a directory. */
function isPossible(operation: Operation, tree: TreeView): boolean {
  const physical = new PhysicalPaths(tree)
  const { path, copy, from, to } = { path: undefined, copy: undefined, from: undefined, to: undefined, ...operation }
  const isPhysical = [path, copy, from, to].every((one) => one === undefined || physical.place(one) === one)
  const source = operation.kind === 'copy-aside' ? path : from
  const isLeaf = source === undefined || (tree.entry(source)?.kind ?? 'directory') !== 'directory'
  const target = copy ?? to ?? (operation.kind.startsWith('remove') ? undefined : path)
  return (
    isPhysical &&
    isLeaf &&
    (source === undefined || source !== target) &&
    (target === undefined || isFree(target, operation, tree))
  )
}

function isFree(target: TreePath, { kind }: Operation, tree: TreeView): boolean {
  const isBelowDirectories = ancestorPaths(target).every(
    (one) => (tree.entry(one)?.kind ?? 'directory') === 'directory',
  )
  const present = tree.entry(target)?.kind
  return isBelowDirectories && (present === undefined || (present === 'directory') === (kind === 'make-directory'))
}

async function show(view: TreeView): Promise<Record<string, string>> {
  const shown: Record<string, string> = {}
  for (const { path, kind } of walkView(view, textTreePath('/'))) {
    if (path.includes('/var')) continue
    const content = kind === 'file' ? `${view.bytes(path)} ${await view.digest(path, 'sha256')}` : ''
    shown[path] = `${kind} ${kind === 'symlink' ? view.link(path) : content}`
  }
  const physical = new PhysicalPaths(view)
  for (const text of texts) shown[`of ${text}`] = view.entry(physical.place(textTreePath(text)))?.kind ?? 'nothing'
  return shown
}

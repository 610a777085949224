import { expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { KithError } from '../errors/kith-error.ts'
import { parsePackageName } from '../model/package-name.ts'
import { textTreePath } from '../model/tree-path.ts'
import type { Operation } from '../plan/transaction.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { diskTree, type TreeView, walkView } from '../system/tree-view.ts'
import { applyTransaction } from './apply.ts'
import { PlannedTree } from './planned-tree.ts'
import { makeNodes, type Nodes, scratch } from './store-fixture.ts'

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

test('PlannedTree shows after each operation what store/apply made of the root', async () => {
  using unchanged = scratch()
  const unpacked = join(unchanged.directory, 'staged')
  makeNodes(unchanged.root, root)
  makeNodes(unpacked, stagedNodes)
  const carriedOut = new Set<string>()
  const property = fc.asyncProperty(fc.array(operations, { minLength: 3, maxLength: 12 }), async (all) => {
    using at = scratch()
    const staged = join(at.directory, 'staged')
    makeNodes(at.root, root)
    makeNodes(staged, stagedNodes)
    const planned = new PlannedTree(diskTree(unchanged.root), new Map([[tree, diskTree(unpacked)]]))
    for (const operation of all) {
      if (!isPossible(operation, at.root) || !tryApply(operation, at.root, staged)) continue
      planned.carryOut([operation])
      carriedOut.add(operation.kind)
      expect(await show(planned)).toEqual(await show(diskTree(at.root)))
    }
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

/** A plan has physical paths only, moves and copies only files and links, and never one onto itself. */
function isPossible(operation: Operation, directory: string): boolean {
  const disk = diskTree(directory)
  const physical = new PhysicalPaths(disk)
  const { path, copy, from, to } = { path: undefined, copy: undefined, from: undefined, to: undefined, ...operation }
  const isPhysical = [path, copy, from, to].every((one) => one === undefined || physical.place(one) === one)
  const source = operation.kind === 'copy-aside' ? path : from
  const isLeaf = source === undefined || (disk.entry(source)?.kind ?? 'directory') !== 'directory'
  return isPhysical && isLeaf && (from === undefined || from !== to) && (copy === undefined || copy !== path)
}

function tryApply(operation: Operation, directory: string, staged: string): boolean {
  try {
    applyTransaction({ changes: [], operations: [operation] }, { root: directory, staged: new Map([[tree, staged]]) })
    return true
  } catch (error) {
    if (error instanceof KithError) return false
    throw error
  }
}

async function show(view: TreeView): Promise<Record<string, string>> {
  const shown: Record<string, string> = {}
  for (const { path, kind } of walkView(view, textTreePath('/'))) {
    const content = kind === 'file' ? `${view.bytes(path)} ${await view.digest(path, 'sha256')}` : ''
    shown[path] = `${kind} ${kind === 'symlink' ? view.link(path) : content}`
  }
  const physical = new PhysicalPaths(view)
  for (const text of texts) shown[`of ${text}`] = view.entry(physical.place(textTreePath(text)))?.kind ?? 'nothing'
  return shown
}

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parsePackageName } from '../model/package-name.ts'
import { parentPath, type TreePath, textTreePath } from '../model/tree-path.ts'
import { joinOperations } from './join-operations.ts'
import type { Operation } from './transaction.ts'

const place = (path: string, tree = 'libgcc'): Operation => ({
  kind: 'place',
  staged: { tree: parsePackageName(tree), path: textTreePath(path) },
  path: textTreePath(path),
})
const remove = (path: string): Operation => ({ kind: 'remove', path: textTreePath(path) })
const removeDirectory = (path: string): Operation => ({ kind: 'remove-directory', path: textTreePath(path) })
const makeDirectory = (path: string, mode = 0o755): Operation => ({
  kind: 'make-directory',
  path: textTreePath(path),
  mode,
})

test('joinOperations() replaces in one step a library that goes with one package and comes with a later one', () => {
  const lists = [[remove('/lib/libgcc.so'), remove('/lib/gone')], [place('/lib/libgcc.so')]]

  expect(joinOperations(lists)).toEqual([remove('/lib/gone'), place('/lib/libgcc.so')])
})

test('joinOperations() removes what comes back elsewhere: in a directory that may go before, or as a directory', () => {
  const inDirectory = [
    [remove('/opt/x/a'), removeDirectory('/opt/x')],
    [makeDirectory('/opt/x', 0o700), place('/opt/x/a')],
  ]
  const asDirectory = [[remove('/opt')], [makeDirectory('/opt')]]

  for (const lists of [inDirectory, asDirectory]) expect(joinOperations(lists)).toEqual(lists.flat())
})

test('joinOperations() removes what a package brings and a later one does not have', () => {
  const lists = [[place('/a')], [remove('/a')], [place('/b')]]

  expect(joinOperations(lists)).toEqual(lists.flat())
})

const paths = fc.constantFrom('/a', '/a/b', '/a/b/c', '/a/d', '/e')
const operations = fc.oneof(
  fc.tuple(paths, fc.constantFrom('gcc', 'libgcc')).map(([path, tree]) => place(path, tree)),
  paths.map(remove),
  paths.map(removeDirectory),
  fc.tuple(paths, fc.constantFrom(0o755, 0o700)).map(([path, mode]) => makeDirectory(path, mode)),
)

test('joinOperations() changes nothing of the outcome', () => {
  let shortened = 0
  fc.assert(
    fc.property(fc.array(fc.array(operations, { maxLength: 6 }), { maxLength: 4 }), (lists) => {
      const expected = outcomeOf(lists.flat())
      fc.pre(expected !== undefined)
      const joined = joinOperations(lists)
      if (joined.length < lists.flat().length) shortened++

      expect(outcomeOf(joined)).toEqual(expected)
    }),
    { numRuns: 5000 },
  )
  expect(shortened).toBeGreaterThan(50)
})

/** What is where, from a root that has `/e` alone: a file of a package or a mode; undefined where one is impossible. */
function outcomeOf(all: readonly Operation[]): Map<TreePath, string> | undefined {
  const root = new Map<TreePath, string>([[textTreePath('/e'), 'file']])
  const isDirectory = (path: TreePath): boolean => path === '/' || root.get(path)?.startsWith('mode') === true
  const isPossible = (path: TreePath): boolean => {
    const parent = parentPath(path)
    if (parent === '/' || isDirectory(parent)) return true
    if (root.has(parent) || !isPossible(parent)) return false
    root.set(parent, 'mode 755')
    return true
  }
  for (const operation of all) {
    if (!('path' in operation)) return undefined
    const { kind, path } = operation
    if (kind === 'remove' && !isDirectory(path)) root.delete(path)
    if (kind === 'remove-directory' && isDirectory(path) && ![...root.keys()].some((one) => parentPath(one) === path))
      root.delete(path)
    if (kind === 'make-directory' && !isDirectory(path)) {
      if (root.has(path) || !isPossible(path)) return undefined
      root.set(path, `mode ${operation.mode.toString(8)}`)
    }
    if (kind === 'place') {
      if (isDirectory(path) || !isPossible(path)) return undefined
      root.set(path, `file of ${operation.staged.tree}`)
    }
  }
  return root
}

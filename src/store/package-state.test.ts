import { expect, test } from 'bun:test'
import { emptySum } from '../model/etcsums.ts'
import { textTreePath } from '../model/tree-path.ts'
import { failureOf } from '../system/archive/archive-fixtures.ts'
import { digestBytes } from '../system/digests.ts'
import { diskTree } from '../system/tree-view.ts'
import { etcSum, readPackageState } from './package-state.ts'
import { makeNodes, type Nodes, scratch } from './store-fixture.ts'

const entry = '/var/db/kiss/installed/p'

function stateOf(manifest: string, etcsums?: string, nodes: Nodes = {}) {
  using at = scratch()
  makeNodes(at.root, { ...nodes, [`${entry}/manifest`]: manifest, ...(etcsums && { [`${entry}/etcsums`]: etcsums }) })
  return Object.fromEntries(readPackageState(diskTree(at.root), textTreePath(entry)).etcSums)
}
const one = '1'.repeat(66)
const two = '2'.repeat(66)

test('readPackageState() pairs etcsums with the files of the manifest', () => {
  expect(stateOf('/etc/b\n/etc/a\n/etc/\n', `${one}\n${two}\n`)).toEqual({ '/etc/b': one, '/etc/a': two })
})

test('readPackageState() knows no sum at all where their number is wrong', () => {
  expect(stateOf('/etc/b\n/etc/a\n', `${one}\n${one}\n${two}\n`)).toEqual({ '/etc/b': undefined, '/etc/a': undefined })
  expect(stateOf('/etc/b\n/etc/a\n')).toEqual({})
})

test('readPackageState() reads old etcsums, which have no line for links to nothing', () => {
  const link = { '/etc/b': { to: '/nowhere' }, '/etc/a': 'x' }

  expect(stateOf('/etc/b\n/etc/a\n', `${one}\n`, link)).toEqual({ '/etc/b': undefined, '/etc/a': one })
})

test('readPackageState() names file and line of what is no path', async () => {
  const error = await failureOf(() => stateOf('/etc/a\n../etc/b\n'))

  expect(error.message).toMatch(/p\/manifest:2": the path is not absolute/)
  expect(error.hint).toContain('kith install p')
})

test('etcSum() follows no link, and says of a pipe that it is no file', async () => {
  using at = scratch()
  makeNodes(at.root, { '/etc/a': 'x', '/etc/link': { to: 'a' }, '/etc/directory': { directory: 0o755 } })
  const sum = async (path: string) => await etcSum(diskTree(at.root), textTreePath(path), 'blake3')

  expect(await sum('/etc/a')).toBe(await digestBytes(Buffer.from('x'), 'blake3'))
  expect(await sum('/etc/link')).toBe(emptySum)
  expect(await sum('/etc/directory')).toBe('not a file: directory')
  expect(await sum('/etc/gone')).toBeUndefined()
})

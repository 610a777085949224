import { describe, expect, test } from 'bun:test'
import { digestOf, parseDigest, printDigest } from './digest.ts'
import { digestTree, type MerkleEntry } from './merkle-tree.ts'
import { textTreePath } from './tree-path.ts'

const file = (path: string, content: string, mode = 0o644): MerkleEntry => ({
  kind: 'file',
  path: textTreePath(path),
  mode,
  digest: digestOf(content),
})
const directory = (path: string, mode = 0o755): MerkleEntry => ({ kind: 'directory', path: textTreePath(path), mode })

const tree: readonly MerkleEntry[] = [
  file('/a.txt', 'a'),
  file('/a/y', 'y'),
  file('/a-b/x', 'x'),
  { kind: 'symlink', path: textTreePath('/bin/sh'), to: 'dash' },
  file('/bin/dash', 'dash', 0o755),
  file('/bin/su', 'su', 0o4755),
  directory('/etc'),
  directory('/tmp', 0o1777),
]

describe('digestTree()', () => {
  // Computed by hand-written messages in another language.
  test('is the digest of the Directory messages of REAPI', () => {
    expect(printDigest(digestTree(tree))).toBe('3dda3ce00c31e4692922a6311561f62a0862f081d7dbd5b3c7bf984bd650cbf1/461')
  })

  test('is the same in every order', () => {
    expect(digestTree([...tree].reverse())).toEqual(digestTree(tree))
  })

  test('of nothing is the digest of no bytes', () => {
    expect(digestTree([])).toEqual(digestOf(''))
  })

  test('a tree that is known by its digest alone is the same as its files', () => {
    const bin = digestTree([
      file('/dash', 'dash', 0o755),
      file('/su', 'su', 0o4755),
      { kind: 'symlink', path: textTreePath('/sh'), to: 'dash' },
    ])
    const others = tree.filter(({ path }) => !path.startsWith('/bin'))

    expect(digestTree([...others, { kind: 'tree', path: textTreePath('/bin'), digest: bin }])).toEqual(digestTree(tree))
  })

  test.each([
    ['content', file('/a.txt', 'b')],
    ['name', file('/b.txt', 'a')],
    ['execute bit', file('/a.txt', 'a', 0o755)],
    ['mode', file('/a.txt', 'a', 0o600)],
    ['kind', { kind: 'symlink', path: textTreePath('/a.txt'), to: 'a' }],
  ] satisfies [string, MerkleEntry][])('another %s is another tree', (_, entry) => {
    expect(digestTree([...tree.slice(1), entry])).not.toEqual(digestTree(tree))
  })
})

test('parseDigest() takes what printDigest() writes and nothing else', () => {
  const digest = digestOf('x')

  expect(parseDigest(printDigest(digest))).toEqual(digest)
  for (const text of ['', digest.hash, `${digest.hash}/`, `${digest.hash}/-1`, `x${digest.hash}/1`])
    expect(parseDigest(text)).toBeUndefined()
})

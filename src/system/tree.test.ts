import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { parseTreePath, textTreePath } from '../model/tree-path.ts'
import { failureOf, listTree, scratchDirectory } from './archive/archive-fixtures.ts'
import { copyEntries, copyTree, hostPath, mergeDirectory, treeEntry, treeLink, treeNames, walkTree } from './tree.ts'

const path = textTreePath

test('hostPath() gives the root itself and what is in it, also for the root of the host', () => {
  expect(hostPath('/mnt', path('/'))).toBe('/mnt')
  expect(hostPath('/mnt', path('/usr'))).toBe('/mnt/usr')
  expect(hostPath('', path('/'))).toBe('/')
  expect(hostPath('', path('/usr'))).toBe('/usr')
})

test('hostPath() gives the very bytes of a name that is no ASCII', () => {
  expect(hostPath('/mnt', parseTreePath('/\xe9', 'test'))).toEqual(Buffer.from([...Buffer.from('/mnt/'), 0xe9]))
})

test('treeEntry() never follows a link, and bears what is not there or cannot be reached', () => {
  using directory = scratchDirectory()
  fs.symlinkSync('/etc', join(directory.path, 'link'))
  fs.symlinkSync('loop', join(directory.path, 'loop'))
  fs.writeFileSync(join(directory.path, 'file'), '')

  const kinds = ['/link', '/file', '/gone', '/file/below', '/loop/below'].map(
    (one) => treeEntry(directory.path, path(one))?.kind,
  )

  expect(kinds).toEqual(['symlink', 'file', undefined, undefined, undefined])
})

test('walkTree() gives directories before what is in them, in bytewise order, names as bytes, and follows no link', () => {
  using directory = scratchDirectory()
  for (const name of ['b/x', 'a', 'a-b']) fs.mkdirSync(join(directory.path, name), { recursive: true })
  fs.symlinkSync('/etc', join(directory.path, 'c'))
  fs.writeFileSync(hostPath(directory.path, parseTreePath('/\xff\n', 'test')), '')

  expect([...walkTree(directory.path)].map((entry): string => entry.path)).toEqual([
    '/a',
    '/a-b',
    '/b',
    '/b/x',
    '/c',
    '/\xff\n',
  ])
})

test('treeNames() and treeLink() say what cannot be read', async () => {
  using directory = scratchDirectory()

  expect((await failureOf(() => treeNames(directory.path, path('/gone')))).message).toContain('/gone')
  expect((await failureOf(() => treeLink(directory.path, path('/gone')))).message).toContain('/gone')
})

test('copyTree() keeps modes and links; with dereference it copies what links lead to', () => {
  using directory = scratchDirectory()
  const from = join(directory.path, 'from')
  fs.mkdirSync(join(from, 'sub'), { recursive: true })
  fs.writeFileSync(join(from, 'sub/tool'), 'x')
  fs.chmodSync(join(from, 'sub/tool'), 0o755)
  fs.symlinkSync('sub/tool', join(from, 'link'))

  copyTree(from, join(directory.path, 'links'))
  copyTree(from, join(directory.path, 'files'), { dereference: true })

  expect(listTree(join(directory.path, 'links'))['/link']).toStartWith('-> sub/tool')
  expect(listTree(join(directory.path, 'files'))['/link']).toMatch(/^755 /)
})

test('copyTree() with dereference ends for a link to the directory above', async () => {
  using directory = scratchDirectory()
  fs.mkdirSync(join(directory.path, 'from'))
  fs.symlinkSync('.', join(directory.path, 'from/again'))

  const error = await failureOf(() =>
    copyTree(join(directory.path, 'from'), join(directory.path, 'to'), { dereference: true }),
  )

  expect(error.code).toBe('io-failed')
})

test('copyEntries() copies the named entries that are there, with mode and time', () => {
  using directory = scratchDirectory()
  const from = join(directory.path, 'from')
  fs.mkdirSync(join(from, 'usr'), { recursive: true })
  fs.writeFileSync(join(from, 'usr/a'), 'a')
  fs.chmodSync(join(from, 'usr/a'), 0o555)
  fs.utimesSync(join(from, 'usr/a'), 100, 100)
  fs.writeFileSync(join(from, 'usr/b'), 'b')

  copyEntries(
    from,
    [{ path: path('/usr/a') }, { path: path('/usr') }, { path: path('/gone') }],
    join(directory.path, 'to'),
  )

  const found = listTree(join(directory.path, 'to'))
  expect(Object.keys(found)).toEqual(['/usr/', '/usr/a'])
  expect(found['/usr/a']).toBe('555 100 1 x1')
})

test('copyEntries() keeps hard links among what it copies', () => {
  using directory = scratchDirectory()
  const from = join(directory.path, 'from')
  fs.mkdirSync(from)
  fs.writeFileSync(join(from, 'a'), 'a')
  for (const name of ['b', 'elsewhere']) fs.linkSync(join(from, 'a'), join(from, name))

  copyEntries(from, [{ path: path('/a') }, { path: path('/b') }], join(directory.path, 'to'))

  const [a, b] = ['a', 'b'].map((name) => fs.lstatSync(join(directory.path, 'to', name)))
  expect([a?.ino, a?.nlink]).toEqual([b?.ino, 2])
  expect(a?.ino).not.toBe(fs.lstatSync(join(from, 'a')).ino)
})

test('mergeDirectory() moves what is in one directory into another, directories merged, files replaced', () => {
  using directory = scratchDirectory()
  for (const name of ['lib/sub/a', 'lib/x', 'usr/lib/sub/b', 'usr/lib/x']) {
    fs.mkdirSync(join(directory.path, name, '..'), { recursive: true })
    fs.writeFileSync(join(directory.path, name), name)
  }

  mergeDirectory(directory.path, path('/lib'), path('/usr/lib'))

  expect(
    Object.keys(listTree(directory.path))
      .filter((name) => !name.endsWith('/'))
      .sort(),
  ).toEqual(['/usr/lib/sub/a', '/usr/lib/sub/b', '/usr/lib/x'])
  expect(fs.readFileSync(join(directory.path, 'usr/lib/x'), 'utf8')).toBe('lib/x')
})

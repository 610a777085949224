import { expect, test } from 'bun:test'
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { failureOf, listTree, scratchDirectory } from './archive-fixtures.ts'
import { stripTopDirectories } from './kiss-strip.ts'

/** Files hold their own path. */
function makeFiles(directory: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(join(directory, dirname(file)), { recursive: true })
    writeFileSync(join(directory, file), file)
  }
}

/** Path to content. */
function filesOf(directory: string): Record<string, string> {
  const paths = Object.keys(listTree(directory)).filter((path) => !path.endsWith('/'))
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(directory, path), 'utf8')]))
}

const cases: readonly (readonly [string, readonly string[], readonly string[], Record<string, string>])[] = [
  [
    'moves what is in the top directory up, dotfiles too',
    ['foo-1/a', 'foo-1/.b', 'foo-1/d/c'],
    ['foo-1'],
    { '/a': 'foo-1/a', '/.b': 'foo-1/.b', '/d/c': 'foo-1/d/c' },
  ],
  ['leaves files at the top', ['foo/a', 'README'], ['foo', 'README'], { '/a': 'foo/a', '/README': 'README' }],
  ['leaves archives of ./ as they are', ['man1/a', 'man5/b'], ['.'], { '/man1/a': 'man1/a', '/man5/b': 'man5/b' }],
  ['flattens several top directories', ['x/a', 'y/b'], ['x', 'y'], { '/a': 'x/a', '/b': 'y/b' }],
  ['handles a child of the same name', ['foo/foo', 'foo/b'], ['foo'], { '/foo': 'foo/foo', '/b': 'foo/b' }],
  [
    'handles a directory in it of the same name',
    ['foo/foo/foo', 'foo/foo/b'],
    ['foo'],
    { '/foo/foo': 'foo/foo/foo', '/foo/b': 'foo/foo/b' },
  ],
  [
    'merges directories, the later one wins',
    ['x/d/a', 'x/d/b', 'd/b', 'd/c'],
    ['x'],
    { '/d/a': 'x/d/a', '/d/b': 'x/d/b', '/d/c': 'd/c' },
  ],
  [
    'goes by name where a directory is flattened into the next',
    ['b/y', 'a/b/x'],
    ['b', 'a'],
    { '/x': 'a/b/x', '/y': 'b/y' },
  ],
  [
    'uses a free name for what it moves aside',
    ['foo/.kith-strip-0', '.kith-strip-1'],
    ['foo'],
    { '/.kith-strip-0': 'foo/.kith-strip-0', '/.kith-strip-1': '.kith-strip-1' },
  ],
]
for (const [title, files, firstComponents, expected] of cases)
  test(`stripTopDirectories() ${title}`, () => {
    using scratch = scratchDirectory()
    makeFiles(scratch.path, files)
    stripTopDirectories(scratch.path, firstComponents, 'test.tar')
    expect(filesOf(scratch.path)).toEqual(expected)
    expect(Object.keys(listTree(scratch.path)).some((path) => path.endsWith('strip-0/'))).toBe(false)
  })

test('stripTopDirectories() enters no symlink', () => {
  using scratch = scratchDirectory()
  makeFiles(scratch.path, ['outside/file', 'build/a'])
  symlinkSync('../outside', join(scratch.path, 'build/link'))
  stripTopDirectories(join(scratch.path, 'build'), ['link', 'a'], 'test.tar')
  expect(filesOf(join(scratch.path, 'outside'))).toEqual({ '/file': 'outside/file' })
})

test('stripTopDirectories() refuses a file where a directory is', async () => {
  using scratch = scratchDirectory()
  makeFiles(scratch.path, ['x/d', 'd/file'])
  const error = await failureOf(() => stripTopDirectories(scratch.path, ['x'], 'test.tar'))
  expect(error.message).toContain('a file and a directory would have the same name')
})

test('stripTopDirectories() replaces a hard link of the same file', () => {
  using scratch = scratchDirectory()
  makeFiles(scratch.path, ['x/a'])
  linkSync(join(scratch.path, 'x/a'), join(scratch.path, 'a'))
  stripTopDirectories(scratch.path, ['x', 'a'], 'test.tar')
  expect(filesOf(scratch.path)).toEqual({ '/a': 'x/a' })
})

test('stripTopDirectories() handles names that are no text', () => {
  using scratch = scratchDirectory()
  const top = Buffer.concat([Buffer.from(`${scratch.path}/`), Buffer.from([0xff])])
  mkdirSync(top)
  writeFileSync(Buffer.concat([top, Buffer.from('/'), Buffer.from([0xfe])]), 'x')
  stripTopDirectories(scratch.path, ['\xff'], 'test.tar')
  expect(Object.keys(listTree(scratch.path))).toEqual(['/\xfe'])
})

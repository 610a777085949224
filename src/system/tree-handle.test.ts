import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseTreePath, type TreePath } from '../model/tree-path.ts'
import { openBeneath, openHostDirectory } from '../native/entries.ts'
import { type TreeChange, watchTreeChanges } from './tree-change.ts'
import { TreeHandle } from './tree-handle.ts'

const at = (path: string): TreePath => parseTreePath(path, 'test')

interface Scratch extends Disposable {
  readonly directory: string
  readonly tree: TreeHandle
}

function scratch(): Scratch {
  const directory = fs.mkdtempSync(join(tmpdir(), 'kith-handle-'))
  const tree = new TreeHandle(directory)
  return {
    directory,
    tree,
    [Symbol.dispose]: () => {
      tree[Symbol.dispose]()
      fs.rmSync(directory, { recursive: true, force: true })
    },
  }
}

function make(tree: TreeHandle, path: string, content: string): void {
  using file = tree.createFile(at(path), 0o600)
  file.write(Buffer.from(content))
  file.changeMode(0o644)
}

test('TreeHandle makes what it is told, with exact modes whatever the umask', () => {
  using one = scratch()
  const before = process.umask(0o077)
  try {
    one.tree.makeDirectory(at('/a'), 0o1777)
    one.tree.makeFifo(at('/a/pipe'), 0o622)
    make(one.tree, '/a/file', 'content')
    one.tree.makeSymlink(at('/a/link'), 'file')
  } finally {
    process.umask(before)
  }
  const shown = ['/a', '/a/pipe', '/a/file', '/a/link'].map((path) => {
    const entry = one.tree.entry(at(path))
    return `${entry?.kind} ${entry?.mode.toString(8)}`
  })
  expect(shown).toEqual(['directory 1777', 'fifo 622', 'file 644', 'symlink 777'])
  expect(fs.readFileSync(join(one.directory, 'a/file'), 'utf8')).toBe('content')
  expect(fs.readlinkSync(join(one.directory, 'a/link'))).toBe('file')
})

test('TreeHandle never follows a link on the way, whoever puts it there meanwhile', () => {
  using one = scratch()
  one.tree.makeDirectory(at('/a'), 0o755)
  one.tree.makeDirectory(at('/victim'), 0o755)
  make(one.tree, '/victim/file', 'precious')
  make(one.tree, '/a/file', 'ours')
  fs.rmSync(join(one.directory, 'a'), { recursive: true })
  fs.symlinkSync('victim', join(one.directory, 'a'))

  // The directory that was opened is found again by handle: it is gone, the link in its place does not count.
  expect(one.tree.entry(at('/a/file'))).toBeUndefined()
  using fresh = new TreeHandle(one.directory)
  expect(() => fresh.remove(at('/a/file'))).toThrow('too many levels of symbolic links')
  expect(() => fresh.rename(at('/victim/file'), at('/a/other'))).toThrow('symbolic links')
  expect(fs.readFileSync(join(one.directory, 'victim/file'), 'utf8')).toBe('precious')
})

test('openBeneath() without openat2 follows no link and leaves no directory', () => {
  using one = scratch()
  fs.mkdirSync(join(one.directory, 'a/b'), { recursive: true })
  fs.symlinkSync('/', join(one.directory, 'a/out'))
  const root = openHostDirectory(one.directory)
  try {
    for (const method of ['kernel', 'by-name'] as const) {
      const fd = openBeneath(root, 'a/b', method)
      fs.closeSync(fd)
      for (const path of ['a/out', 'a/out/etc', 'a/../..', '..', 'a/none'])
        expect(() => openBeneath(root, path, method)).toThrow()
    }
  } finally {
    fs.closeSync(root)
  }
})

test('TreeHandle reaches paths that are too long for one call from the root of the host', () => {
  using one = scratch()
  const long = 'd'.repeat(200)
  const deep = Array.from({ length: 19 }, (_, index) => `/${long.slice(0, 195)}${index}`)
  for (let depth = 1; depth <= deep.length; depth++) one.tree.makeDirectory(at(deep.slice(0, depth).join('')), 0o755)

  expect(one.tree.entry(at(deep.join('')))?.kind).toBe('directory')
})

test('watchTreeChanges() is told of every change before it is made, and may stop it', () => {
  using one = scratch()
  const told: TreeChange[] = []
  {
    using _watch = watchTreeChanges((change) => {
      told.push(change)
      if (change.kind === 'rename') throw new Error('cut here')
    })
    make(one.tree, '/file', 'x')
    expect(() => one.tree.rename(at('/file'), at('/other'))).toThrow('cut here')
  }
  one.tree.rename(at('/file'), at('/third'))

  expect(told.map(({ kind }) => kind)).toEqual(['create', 'write', 'change-mode', 'rename'])
  expect(fs.readdirSync(one.directory)).toEqual(['third'])
})

test('TreeHandle keeps a limited number of directories open', () => {
  using one = scratch()
  for (let index = 0; index < 300; index++) {
    one.tree.makeDirectory(at(`/${index}`), 0o755)
    make(one.tree, `/${index}/file`, '')
  }
  const open = fs.readdirSync('/proc/self/fd').length

  expect(open).toBeLessThan(120)
  expect(one.tree.entry(at('/7/file'))?.kind).toBe('file')
})

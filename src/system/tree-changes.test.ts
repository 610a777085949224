import { afterAll, expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { parseTreePath, textTreePath } from '../model/tree-path.ts'
import { failureOf, hasProgram, listTree, scratchDirectory } from './archive/archive-fixtures.ts'
import { hostPath } from './tree.ts'
import {
  copyFileAside,
  makeTreeDirectory,
  placeFile,
  removeEmptyDirectory,
  removeTreeFile,
  writeTreeFile,
} from './tree-changes.ts'

const path = textTreePath
const umask = process.umask(0o077)
afterAll(() => void process.umask(umask))

const modeOf = (file: string): string => (fs.lstatSync(file).mode & 0o7777).toString(8)

/** A root and a tree beside it, on one file system. */
function trees() {
  const scratch = scratchDirectory()
  const root = join(scratch.path, 'root')
  const staged = join(scratch.path, 'staged')
  fs.mkdirSync(root)
  fs.mkdirSync(staged)
  return { root, staged, [Symbol.dispose]: () => scratch[Symbol.dispose]() }
}

test('makeTreeDirectory() gives exactly the mode, sticky and setgid too, and 0755 to what is missing above', () => {
  using at = trees()

  makeTreeDirectory(at.root, path('/var/tmp'), 0o1777)
  makeTreeDirectory(at.root, path('/var/mail'), 0o2750)

  expect(['var', 'var/tmp', 'var/mail'].map((name) => modeOf(join(at.root, name)))).toEqual(['755', '1777', '2750'])
})

test('makeTreeDirectory() does not pass on the setgid bit of the directory above, and leaves one that is there', () => {
  using at = trees()
  fs.chmodSync(at.root, 0o2755)

  makeTreeDirectory(at.root, path('/a'), 0o755)
  makeTreeDirectory(at.root, path('/a'), 0o700)

  expect(modeOf(join(at.root, 'a'))).toBe('755')
})

test('placeFile() replaces a file by another in one step, and a link instead of what it points to', () => {
  using at = trees()
  fs.writeFileSync(join(at.root, 'target'), 'old')
  fs.symlinkSync('target', join(at.root, 'link'))
  fs.writeFileSync(join(at.staged, 'link'), 'new')

  placeFile(at.staged, path('/link'), at.root, path('/link'))

  expect(fs.readFileSync(join(at.root, 'target'), 'utf8')).toBe('old')
  expect(fs.readFileSync(join(at.root, 'link'), 'utf8')).toBe('new')
  expect(fs.readdirSync(at.staged)).toEqual([])
})

test('placeFile() places a file whose name is no UTF-8', () => {
  using at = trees()
  const odd = parseTreePath('/caf\xe9\xff', 'test')
  fs.writeFileSync(hostPath(at.staged, odd), 'x')

  placeFile(at.staged, odd, at.root, odd)

  expect(Object.keys(listTree(at.root))).toEqual([odd])
})

test('placeFile() on a directory fails, names the place and leaves the staged file', async () => {
  using at = trees()
  fs.mkdirSync(join(at.root, 'x'))
  fs.writeFileSync(join(at.staged, 'x'), 'new')

  const error = await failureOf(() => placeFile(at.staged, path('/x'), at.root, path('/x')))

  expect(error.message).toContain(join(at.root, 'x'))
  expect(fs.readdirSync(at.staged)).toEqual(['x'])
})

const otherFileSystem = '/dev/shm'
const hasOther = fs.existsSync(otherFileSystem) && fs.statSync(otherFileSystem).dev !== fs.statSync('/tmp').dev
const hasFifos = hasProgram('mkfifo')

test.skipIf(!hasOther || !hasFifos)(
  'placeFile() crosses file systems with mode, time and kind (skipped without a second file system or mkfifo)',
  () => {
    using at = trees()
    const other = fs.mkdtempSync(join(otherFileSystem, 'kith-tree-'))
    try {
      fs.writeFileSync(join(other, 'file'), 'x')
      fs.chmodSync(join(other, 'file'), 0o4755)
      fs.utimesSync(join(other, 'file'), 100, 100)
      fs.symlinkSync('nowhere', join(other, 'link'))
      Bun.spawnSync(['mkfifo', '-m', '0640', join(other, 'fifo')])

      for (const name of ['/file', '/link', '/fifo']) placeFile(other, path(name), at.root, path(name))

      const found = listTree(at.root)
      expect(Object.keys(found).sort()).toEqual(['/fifo', '/file', '/link'])
      expect(found['/file']).toBe('4755 100 1 x1')
      expect(found['/link']).toStartWith('-> nowhere')
      expect(found['/fifo']).toStartWith('fifo 640')
      expect(fs.readdirSync(other)).toEqual([])
    } finally {
      fs.rmSync(other, { recursive: true })
    }
  },
)

test('copyFileAside() keeps mode and time, and the original', () => {
  using at = trees()
  fs.writeFileSync(join(at.root, 'x'), 'x')
  fs.chmodSync(join(at.root, 'x'), 0o4711)
  fs.utimesSync(join(at.root, 'x'), 100, 100)

  copyFileAside(at.root, path('/x'), path('/choices/y'))

  expect(listTree(at.root)).toMatchObject({ '/x': '4711 100 1 x1', '/choices/y': '4711 100 1 x1' })
})

test('copyFileAside() leaves nothing behind when it fails', async () => {
  using at = trees()
  fs.mkdirSync(join(at.root, 'taken'))
  fs.writeFileSync(join(at.root, 'x'), 'x')

  await failureOf(() => copyFileAside(at.root, path('/x'), path('/taken')))

  expect(fs.readdirSync(at.root).sort()).toEqual(['taken', 'x'])
})

test('writeTreeFile() writes bytes with mode 0644 whatever the umask, and leaves nothing beside', () => {
  using at = trees()
  fs.writeFileSync(join(at.root, 'manifest'), 'old', { mode: 0o600 })

  writeTreeFile(at.root, path('/manifest'), '/caf\xe9\n')

  expect(fs.readFileSync(join(at.root, 'manifest'), 'latin1')).toBe('/caf\xe9\n')
  expect(modeOf(join(at.root, 'manifest'))).toBe('644')
  expect(fs.readdirSync(at.root)).toEqual(['manifest'])
})

test('removeTreeFile() removes a link and not what it leads to, and bears what is gone or is a directory', () => {
  using at = trees()
  fs.mkdirSync(join(at.root, 'directory'))
  fs.writeFileSync(join(at.root, 'directory/x'), '')
  fs.symlinkSync('directory', join(at.root, 'link'))

  for (const name of ['/link', '/gone', '/directory', '/no/such/x']) removeTreeFile(at.root, path(name))

  expect(Object.keys(listTree(at.root))).toEqual(['/directory/', '/directory/x'])
})

test('removeEmptyDirectory() removes only an empty directory, and no link to one', () => {
  using at = trees()
  for (const name of ['empty', 'full/x']) fs.mkdirSync(join(at.root, name), { recursive: true })
  fs.symlinkSync('full/x', join(at.root, 'link'))

  for (const name of ['/empty', '/full', '/link', '/gone']) removeEmptyDirectory(at.root, path(name))

  expect(Object.keys(listTree(at.root)).sort()).toEqual(['/full/', '/full/x/', '/link'])
})

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textTreePath } from '../model/tree-path.ts'
import { makeTemporaryDirectory, removeTree } from './files.ts'
import { copySymlink, linkEntry, makeFilePoint, openLinkStock } from './tree-links.ts'

let scratch: string
let from: string
let to: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-tree-links-')
  from = join(scratch, 'from')
  to = join(scratch, 'to')
  mkdirSync(from)
  mkdirSync(to)
  writeFileSync(join(from, 'su'), 'text')
  chmodSync(join(from, 'su'), 0o4711)
  utimesSync(join(from, 'su'), 1e9, 1e9)
  symlinkSync('nowhere', join(from, 'link'))
})
afterEach(() => removeTree(scratch))

const su = textTreePath('/su')

test('linkEntry() makes hard links, of symlinks too', () => {
  for (const path of [su, textTreePath('/link')]) {
    linkEntry(from, path, to)
    expect(lstatSync(to + path).ino).toBe(lstatSync(from + path).ino)
  }
})

test.each(['EMLINK', 'EXDEV', 'EPERM', 'EOPNOTSUPP'])('linkEntry() copies where a link ends in %s', (code) => {
  const refuse = (): never => {
    throw Object.assign(new Error(code), { code })
  }
  linkEntry(from, su, to, refuse)
  linkEntry(from, textTreePath('/link'), to, refuse)

  const { mode, mtimeMs, ino, size } = lstatSync(join(to, 'su'))
  expect([mode & 0o7777, mtimeMs, size]).toEqual([0o4711, 1e12, 4])
  expect(ino).not.toBe(lstatSync(join(from, 'su')).ino)
  expect(readlinkSync(join(to, 'link'))).toBe('nowhere')
})

test('makeFilePoint() and copySymlink() take from the stock what it has, and make it otherwise', () => {
  const stock = openLinkStock(join(scratch, 'stock'))
  const [a, b] = [textTreePath('/a'), textTreePath('/b')]
  makeFilePoint(to, a, stock)
  makeFilePoint(to, b, stock)
  symlinkSync('nowhere', join(from, 'other'))
  copySymlink(from, textTreePath('/link'), to, stock)
  copySymlink(from, textTreePath('/other'), to, stock)

  expect(lstatSync(join(to, 'a')).ino).toBe(lstatSync(join(to, 'b')).ino)
  expect(lstatSync(join(to, 'a')).size).toBe(0)
  expect(lstatSync(join(to, 'link')).ino).toBe(lstatSync(join(to, 'other')).ino)
  expect(readlinkSync(join(to, 'link'))).toBe('nowhere')
})

test('makeFilePoint() and copySymlink() do without the stock where no more links can be', () => {
  const stock = openLinkStock(join(scratch, 'stock'))
  const refuse = (): never => {
    throw Object.assign(new Error('EMLINK'), { code: 'EMLINK' })
  }
  makeFilePoint(to, su, stock, refuse)
  copySymlink(from, textTreePath('/link'), to, stock, refuse)

  expect(lstatSync(join(to, 'su')).nlink).toBe(1)
  expect(readlinkSync(join(to, 'link'))).toBe('nowhere')
})

test('linkEntry() fails on anything else', () => {
  rmSync(join(from, 'su'))

  expect(() => linkEntry(from, su, to)).toThrow('Cannot link')
})

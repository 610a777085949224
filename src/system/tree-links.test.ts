import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textTreePath } from '../model/tree-path.ts'
import { makeTemporaryDirectory, removeTree } from './files.ts'
import { linkEntry } from './tree-links.ts'

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

test('linkEntry() fails on anything else', () => {
  rmSync(join(from, 'su'))

  expect(() => linkEntry(from, su, to)).toThrow('Cannot link')
})

import { afterAll, expect, test } from 'bun:test'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listXattrs, readXattr, writeXattr } from './xattr.ts'

const directory = mkdtempSync(join(tmpdir(), 'kith-xattr-'))
const path = join(directory, 'file')
writeFileSync(path, '')
const fd = openSync(path, 'r')
afterAll(() => {
  closeSync(fd)
  rmSync(directory, { recursive: true })
})

test('writeXattr(), listXattrs() and readXattr() keep bytes, empty values and odd names', () => {
  expect(listXattrs(fd)).toEqual([])
  expect(writeXattr(fd, 'user.b\xff', '\0\n\xff')).toBe('written')
  expect(writeXattr(fd, 'user.empty', '')).toBe('written')

  expect(listXattrs(fd).sort()).toEqual(['user.b\xff', 'user.empty'])
  expect([readXattr(fd, 'user.b\xff'), readXattr(fd, 'user.empty'), readXattr(fd, 'user.none')]).toEqual([
    '\0\n\xff',
    '',
    undefined,
  ])
  expect(writeXattr(fd, 'user.empty', 'now'.repeat(300))).toBe('written')
  expect(readXattr(fd, 'user.empty')).toBe('now'.repeat(300))
})

test('writeXattr() tells what cannot be set, and throws for what is wrong', () => {
  expect(writeXattr(fd, 'unknown.kind', 'x')).toBe('unsupported')
  expect(() => writeXattr(fd, 'user.a\0b', 'x')).toThrow('NUL')
  expect(() => writeXattr(fd, `user.${'n'.repeat(300)}`, 'x')).toThrow('fsetxattr')
  expect(() => listXattrs(-1)).toThrow('flistxattr')
})

test('a file system without attributes has none, and says so when one is set', () => {
  const other = openSync('/proc/self/status', 'r')
  try {
    expect([listXattrs(other), readXattr(other, 'user.a')]).toEqual([[], undefined])
    expect(writeXattr(other, 'user.a', 'x')).not.toBe('written')
  } finally {
    closeSync(other)
  }
})

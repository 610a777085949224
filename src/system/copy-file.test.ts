import { afterAll, expect, test } from 'bun:test'
import { symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isKithError } from '../errors/kith-error.ts'
import { copyFileAtomic } from './copy-file.ts'
import { linkInfo, makeTemporaryDirectory, readDirectory, readText, removeTree, writeFileAtomic } from './files.ts'

const scratch = makeTemporaryDirectory(tmpdir(), 'kith-copy-test-')
afterAll(() => removeTree(scratch))

test('copyFileAtomic() copies what a symlink points to, over an older file, and leaves nothing else', () => {
  writeFileAtomic(`${scratch}/original`, 'content')
  symlinkSync('original', `${scratch}/link`)
  writeFileAtomic(`${scratch}/copy`, 'older and longer content')
  copyFileAtomic(`${scratch}/link`, `${scratch}/copy`)
  expect(readText(`${scratch}/copy`)).toBe('content')
  expect(linkInfo(`${scratch}/copy`)?.kind).toBe('file')
  expect(readDirectory(scratch)).toEqual(['copy', 'link', 'original'])
})

test('copyFileAtomic() throws io-failed and keeps the older file when there is nothing to copy', () => {
  writeFileAtomic(`${scratch}/copy`, 'older')
  let thrown: unknown
  try {
    copyFileAtomic(`${scratch}/missing`, `${scratch}/copy`)
  } catch (error) {
    thrown = error
  }
  expect(isKithError(thrown, 'io-failed')).toBe(true)
  expect(readText(`${scratch}/copy`)).toBe('older')
})

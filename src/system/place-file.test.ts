import { expect, test } from 'bun:test'
import { join } from 'node:path'
import {
  fileInfo,
  isDirectory,
  isFile,
  makeDirectory,
  makeTemporaryDirectory,
  readDirectory,
  readText,
  removeTree,
  writeFileAtomic,
} from './files.ts'
import { placeFile } from './place-file.ts'

test('placeFile() replaces what is there and makes the directories above', () => {
  const directory = makeTemporaryDirectory('/tmp', 'kith-place-test-')
  const from = join(directory, 'from')
  writeFileAtomic(from, 'new')
  makeDirectory(join(directory, 'a/b'))
  writeFileAtomic(join(directory, 'a/b/to'), 'old')

  placeFile(from, join(directory, 'a/b/to'))

  expect(readText(join(directory, 'a/b/to'))).toBe('new')
  expect(isFile(from)).toBe(false)
  removeTree(directory)
})

const otherFileSystem = '/dev/shm'
const hasOther = isDirectory(otherFileSystem) && fileInfo(otherFileSystem)?.device !== fileInfo('/tmp')?.device

test.skipIf(!hasOther)('placeFile() moves to another file system', () => {
  const directory = makeTemporaryDirectory('/tmp', 'kith-place-test-')
  const other = makeTemporaryDirectory(otherFileSystem, 'kith-place-test-')
  writeFileAtomic(join(directory, 'from'), 'content')

  placeFile(join(directory, 'from'), join(other, 'to'))

  expect(readText(join(other, 'to'))).toBe('content')
  expect(readDirectory(other)).toEqual(['to'])
  expect(readDirectory(directory)).toEqual([])
  removeTree(directory)
  removeTree(other)
})

test('placeFile() leaves the file where it is when the place cannot be written', () => {
  const directory = makeTemporaryDirectory('/tmp', 'kith-place-test-')
  const from = join(directory, 'from')
  writeFileAtomic(from, 'content')
  makeDirectory(join(directory, 'to/full'))

  expect(() => placeFile(from, join(directory, 'to'))).toThrow('Cannot write')
  expect(readText(from)).toBe('content')
  removeTree(directory)
})

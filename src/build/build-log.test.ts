import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linkInfo, makeTemporaryDirectory, readLatin1, removeTree, writeFileAtomic } from '../system/files.ts'
import { openBuildLog } from './build-log.ts'

let cache: string
beforeEach(() => {
  cache = makeTemporaryDirectory(tmpdir(), 'kith-log-')
})
afterEach(() => removeTree(cache))

const january = new Date(2026, 0, 2, 3, 4)

test('openBuildLog() keeps the log where KISS does', () => {
  using log = openBuildLog(cache, 'zlib', january, '123')

  expect(log.path).toBe(join(cache, 'logs/2026-01-02/zlib-2026-01-02-03:04-123'))
})

test('openBuildLog() appends bytes as they are', () => {
  using log = openBuildLog(cache, 'zlib', january, '123')
  log.write(Buffer.from('one\n'))
  log.write(Uint8Array.of(0xff, 0x1b, 0x0a))
  using again = openBuildLog(cache, 'zlib', january, '123')
  again.write(Buffer.from('three\n'))

  expect(readLatin1(log.path)).toBe('one\n\xff\x1b\nthree\n')
})

test('remove() takes the log away', () => {
  using log = openBuildLog(cache, 'zlib', january, '123')
  log.remove()

  expect(linkInfo(log.path)).toBeUndefined()
})

test('openBuildLog() names the place that it cannot write', () => {
  writeFileAtomic(join(cache, 'logs'), '')

  expect(() => openBuildLog(cache, 'zlib', january, '123')).toThrow(join(cache, 'logs'))
})

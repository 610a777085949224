import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linkInfo, makeTemporaryDirectory, readText, removeTree, writeFileAtomic } from '../system/files.ts'
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

test('openBuildLog() appends, text of every language included', () => {
  using log = openBuildLog(cache, 'zlib', january, '123')
  log.write('one\n')
  log.write('zwölf ☃\n')
  using again = openBuildLog(cache, 'zlib', january, '123')
  again.write('three\n')

  expect(readText(log.path)).toBe('one\nzwölf ☃\nthree\n')
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

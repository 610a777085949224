import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePackageName } from '../model/package-name.ts'
import { makeDirectory, makeEmptyFile, makeTemporaryDirectory, removeTree } from '../system/files.ts'
import { artifactDirectory, findArtifact } from './artifact-cache.ts'

let cache: string
beforeEach(() => {
  cache = makeTemporaryDirectory(tmpdir(), 'kith-artifacts-')
})
afterEach(() => removeTree(cache))

const name = parsePackageName('zlib')
const version = { version: '1.3', release: '2' }
const put = (file: string): string => {
  const path = join(artifactDirectory(cache), file)
  makeEmptyFile(path)
  return path
}

test('findArtifact() wants exactly this version and release', () => {
  for (const other of ['zlib@1.3-1.tar.zst', 'zlib@1.3.1-2.tar.zst', 'zlib@1.3-2.tar.zst.part', 'xzlib@1.3-2.tar.zst'])
    put(other)

  expect(findArtifact(cache, name, version, 'zst')).toBeUndefined()
  const path = put('zlib@1.3-2.tar.zst')
  expect(findArtifact(cache, name, version, 'zst')).toBe(path)
})

test('findArtifact() takes any compression, the preferred one first', () => {
  const gz = put('zlib@1.3-2.tar.gz')
  expect(findArtifact(cache, name, version, 'zst')).toBe(gz)

  const xz = put('zlib@1.3-2.tar.xz')
  expect(findArtifact(cache, name, version, 'xz')).toBe(xz)
})

test('findArtifact() does not take a directory for a tarball', () => {
  makeDirectory(join(artifactDirectory(cache), 'zlib@1.3-2.tar.zst'))

  expect(findArtifact(cache, name, version, 'zst')).toBeUndefined()
})

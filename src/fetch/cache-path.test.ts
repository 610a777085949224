import { expect, test } from 'bun:test'
import { isKithError } from '../errors/kith-error.ts'
import { rejectedSourcePath, sourceCachePath, sourceRecordPath } from './cache-path.ts'
import { gitSource, remoteSource, testPackage } from './fetch-fixture.ts'

const cache = '/c/kiss'

test.each([
  [remoteSource('https://host.example/a/zlib-1.3.tar.gz'), '/c/kiss/sources/zlib/zlib-1.3.tar.gz'],
  [remoteSource('https://host.example/zlib-1.3.tar.gz', 'deep/er'), '/c/kiss/sources/zlib/deep/er/zlib-1.3.tar.gz'],
  [remoteSource('https://host.example/r.tar.xz?no-extract'), '/c/kiss/sources/zlib/r.tar.xz?no-extract'],
  [remoteSource('https://host.example/x#frag'), '/c/kiss/sources/zlib/x#frag'],
  [gitSource('git+https://host.example/repo@dev', 'sub'), '/c/kiss/sources/zlib/sub/repo'],
  [gitSource('git+https://host.example/repo.git'), '/c/kiss/sources/zlib/repo.git'],
])('sourceCachePath() is where sh kiss has it', (source, path) => {
  expect(sourceCachePath(cache, testPackage, source)).toBe(path)
})

test.each([
  remoteSource('https://host.example/x', '../../x'),
  remoteSource('https://host.example/x', 'a/../../y'),
  remoteSource('https://host.example/x', '/etc'),
  remoteSource('https://host.example/x', 'a\0b'),
  remoteSource('https://me:secret@host.example'),
  { ...remoteSource('https://host.example/x'), fileName: '..' },
  { ...remoteSource('https://host.example/x'), fileName: 'a/b' },
  { ...remoteSource('https://host.example/'), fileName: '' },
])('sourceCachePath() refuses to leave the cache of the package (%#)', (source) => {
  for (const path of [sourceCachePath, sourceRecordPath])
    try {
      path(cache, testPackage, source)
      throw new Error('accepted')
    } catch (error) {
      expect(isKithError(error, 'source-path-unsafe')).toBe(true)
      expect(String(error)).not.toContain('secret')
    }
})

test('what is kith’s own lies beside the cache of sh kiss', () => {
  const source = remoteSource('https://host.example/x', 'd')

  expect(sourceRecordPath(cache, testPackage, source)).toBe('/c/kiss/kith/sources/zlib/d/x')
  expect(rejectedSourcePath(cache, testPackage, source, 'ab'.repeat(33))).toBe(
    '/c/kiss/kith/rejected/zlib/d/x.abababababababab',
  )
})

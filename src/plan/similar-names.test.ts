import { expect, test } from 'bun:test'
import { similarNames } from './similar-names.ts'

test('similarNames() finds what may have been meant, the nearest first, and nothing far', () => {
  const names = ['zlib', 'zlib-ng', 'expat', 'openssl', 'opensl', 'libressl', 'xz', 'lz4']

  expect(similarNames('zlb', names)).toEqual(['zlib'])
  expect(similarNames('opennssl', names)).toEqual(['openssl', 'opensl'])
  expect(similarNames('firefox', names)).toEqual([])
  expect(similarNames('zlib', names)).toEqual([])
})

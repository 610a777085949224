import { describe, expect, test } from 'bun:test'
import { findByName, findBySha256 } from './apt-source-index.ts'
import { parseUpstreamFileName } from './upstream-file-name.ts'

const digest = (digit: string): string => digit.repeat(64)

/** A stanza as a `Sources` index has it. */
function stanza(name: string, version: string, binaries: string, files: Readonly<Record<string, string>>): string {
  const lines = Object.entries(files).map(([fileName, sha256]) => ` ${sha256} 1000 ${fileName}`)
  return [
    `Package: ${name}`,
    `Binary: ${binaries}`,
    `Version: ${version}`,
    'Files:',
    ...Object.keys(files).map((fileName) => ` ${'0'.repeat(32)} 1000 ${fileName}`),
    'Checksums-Sha256:',
    ...lines,
    `Directory: pool/main/${name}`,
    '',
  ].join('\n')
}

const index = `${[
  stanza('bzip2', '1.0.8-5', 'libbz2-1.0, bzip2', {
    'bzip2_1.0.8.orig.tar.gz': digest('a'),
    'bzip2_1.0.8-5.debian.tar.xz': digest('b'),
  }),
  stanza('libzstd', '1.5.7+dfsg-1', 'libzstd-dev,\n libzstd1,\n zstd', {
    'libzstd_1.5.7+dfsg.orig.tar.xz': digest('c'),
  }),
  stanza('xz-utils', '5.4.1-1', 'xz-utils, liblzma5', { 'xz-utils_5.4.1.orig.tar.xz': digest('d') }),
  stanza('xzgv', '5.4.1-1', 'xzgv', { 'xzgv_5.4.1.orig.tar.xz': digest('e') }),
  stanza('zlib', '1:1.3.dfsg+really1.3.1-1', 'zlib1g', {
    'zlib_1.3.dfsg+really1.3.1.orig.tar.gz': digest('f'),
  }),
  stanza('lua5.4', '5.4.7-1', 'lua5.4', { 'lua5.4_5.4.7.orig.tar.gz': digest('1') }),
  stanza('evil', '1.0 -o APT::X=1', 'evil', { 'evil_1.0.orig.tar.gz': digest('2') }),
].join('\n')}\n`

describe('findBySha256()', () => {
  test('finds the file that has the checksum, and its source package', () => {
    expect(findBySha256(index, digest('a'))).toEqual([
      { packageName: 'bzip2', packageVersion: '1.0.8-5', fileName: 'bzip2_1.0.8.orig.tar.gz', sha256: digest('a') },
    ])
    expect(findBySha256(index, digest('1')).map((file) => file.fileName)).toEqual(['lua5.4_5.4.7.orig.tar.gz'])
  })

  test('finds nothing for a checksum that no file has', () => {
    expect(findBySha256(index, digest('9'))).toEqual([])
  })

  test('leaves out a package whose version is no version', () => {
    expect(findBySha256(index, digest('2'))).toEqual([])
  })
})

describe('findByName()', () => {
  const find = (fileName: string, packageName: string): string[] => {
    const name = parseUpstreamFileName(fileName)
    if (name === undefined) return []
    const found = findByName(index, name, packageName)
    return found.toSorted((one, other) => one.rank - other.rank).map(({ file }) => file.fileName)
  }

  test('finds the archive of a source package with the same name', () => {
    expect(find('bzip2-1.0.8.tar.gz', 'bzip2')).toEqual(['bzip2_1.0.8.orig.tar.gz'])
  })

  test('knows a package by what it builds, by its suffix and by its version', () => {
    expect(find('zstd-1.5.7.tar.gz', 'zstd')).toEqual(['libzstd_1.5.7+dfsg.orig.tar.xz'])
    expect(find('xz-5.4.1.tar.xz', 'xz')).toEqual(['xz-utils_5.4.1.orig.tar.xz'])
    expect(find('lua-5.4.7.tar.gz', 'lua')).toEqual(['lua5.4_5.4.7.orig.tar.gz'])
    expect(find('v1.3.1.tar.gz', 'zlib')).toEqual(['zlib_1.3.dfsg+really1.3.1.orig.tar.gz'])
  })

  test('finds nothing where the version differs or the name does not fit', () => {
    expect(find('bzip2-1.0.7.tar.gz', 'bzip2')).toEqual([])
    expect(find('v5.4.1.tar.gz', 'gv')).toEqual([])
    expect(find('1.0.tar.gz', 'nothing')).toEqual([])
  })
})

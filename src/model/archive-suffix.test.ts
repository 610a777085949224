import { expect, test } from 'bun:test'
import { archiveSuffix } from './archive-suffix.ts'

const kind = (fileName: string) => {
  const suffix = archiveSuffix(fileName)
  return suffix.kind === 'archive' ? suffix.compression : suffix.kind
}

test('archiveSuffix() tells how an archive is compressed', () => {
  for (const [fileName, compression] of Object.entries({
    'k.tar': 'none',
    'k.tar.gz': 'gz',
    'k.tgz': 'gz',
    'k.tar.bz2': 'bz2',
    'k.tbz': 'bz2',
    'k.tar.xz': 'xz',
    'k.txz': 'xz',
    'k.tar.lzma': 'lzma',
    'k.tar.lz': 'lz',
    'k.tar.zst': 'zst',
  }))
    expect<string>(kind(fileName)).toBe(compression)
})

test('archiveSuffix() takes "?no-extract" for what it is, an end of a name (T4 rust)', () => {
  expect(kind('rust-std-1.90.0-x86_64-unknown-linux-musl.tar.xz?no-extract')).toBe('plain')
})

test('archiveSuffix() leaves what has no archive suffix alone (T24 freeglut: download, cbindgen: .crate)', () => {
  for (const fileName of ['download', 'syn-2.0.90.crate', 'k.zip', 'k.whl', 'k.tar.gz.sig', 'tar', 'k.tzst', 'k.gz'])
    expect(kind(fileName)).toBe('plain')
})

test('archiveSuffix() knows what KISS takes for an archive and cannot unpack', () => {
  for (const fileName of ['k.tlz', 'k.tar.br', 'k.tar.asc', 'k.taz']) expect(kind(fileName)).toBe('unusable')
})

import { expect, test } from 'bun:test'
import { parseUpstreamFileName } from './upstream-file-name.ts'

test.each([
  ['xz-5.4.1.tar.xz', 'xz', '5.4.1', 'tar.xz'],
  ['v1.9.4.tar.gz', '', '1.9.4', 'tar.gz'],
  ['pcre2-10.42.tar.bz2', 'pcre2', '10.42', 'tar.bz2'],
  ['mksh-R59c.tgz', 'mksh', '59c', 'tar.gz'],
  ['R_2_5_0.tar.gz', 'r', '2.5.0', 'tar.gz'],
  ['tzdata2024a.tar.gz', 'tzdata', '2024a', 'tar.gz'],
  ['libedit-20221030-3.1.tar.gz', 'libedit', '20221030-3.1', 'tar.gz'],
  ['Python-3.13.5.tar.xz', 'python', '3.13.5', 'tar.xz'],
  ['zstd-1.5.7.tar.gz?download=1', 'zstd', '1.5.7', 'tar.gz'],
])('parseUpstreamFileName() splits %s', (fileName, stem, version, suffix) => {
  expect(parseUpstreamFileName(fileName)).toEqual({ stem, version, suffix })
})

test('parseUpstreamFileName() knows no version of what is no archive or has no number', () => {
  expect(parseUpstreamFileName('fix-build.patch')).toBeUndefined()
  expect(parseUpstreamFileName('cacert-2025.pem')).toBeUndefined()
  expect(parseUpstreamFileName('master.tar.gz')).toBeUndefined()
})

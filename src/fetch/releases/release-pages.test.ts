import { expect, test } from 'bun:test'
import { findLinks, findReleasePages } from './release-pages.ts'

/** The pages of a source, and what their patterns see in links. */
function pages(source: string, version: string, ...links: readonly string[]) {
  return findReleasePages(source, version).map(({ url, versionIn }) => [url, ...links.map((link) => versionIn(link))])
}

test('findReleasePages() knows the directory of a file, whatever the archive is called', () => {
  const links = [
    'make-4.4.tar.lz',
    '../make/make-4.10.1.tar.gz',
    'make-4.4.tar.gz.sig',
    'make-doc-4.5.tar.gz',
    'remake-4.4.tar.gz',
  ]

  expect(pages('https://example.org/gnu/make/make-4.3.tar.gz', '4.3', ...links)).toEqual([
    ['https://example.org/gnu/make/', '4.4', '4.10.1', undefined, undefined, undefined],
  ])
  expect(pages('https://example.org/boost_1_85_0.tar.bz2', '1.85.0', 'boost_1_86_0.tar.gz')).toEqual([
    ['https://example.org/', '1.86.0'],
  ])
  expect(pages('https://example.org/x-1.0-src.tgz', '1.0', 'x-1.1-src.tgz', 'x-1.1.tgz')).toEqual([
    ['https://example.org/', '1.1', undefined],
  ])
})

test('findReleasePages() knows directories that are called after a version or a series', () => {
  expect(pages('https://example.org/glib/2.78/glib-2.78.3.tar.xz', '2.78.3', 'glib-2.78.4.tar.xz', '2.80/')).toEqual([
    ['https://example.org/glib/2.78/', '2.78.4', undefined],
    ['https://example.org/glib/', undefined, '2.80'],
  ])
  expect(pages('https://example.org/v1.2/source.tar.gz', '1.2', 'v1.3/')).toEqual([['https://example.org/', '1.3']])
})

test('findReleasePages() knows the tags of forges by the form of their addresses', () => {
  const tags = ['/o/n/releases/tag/v1.3', '/o/n/archive/refs/tags/v1.4.tar.gz', '/o/n/tree/main']

  for (const path of ['archive/v1.2.tar.gz', 'archive/refs/tags/v1.2.tar.gz', 'releases/download/v1.2/n-1.2.tar.xz'])
    expect(pages(`https://example.org/o/n/${path}`, '1.2', ...tags)).toEqual([
      ['https://example.org/o/n/tags', '1.3', '1.4', undefined],
    ])
  expect(pages('https://example.org/g/s/n/-/archive/1.2/n-1.2.tar.gz', '1.2', '/g/s/n/-/tags/1.3')).toEqual([
    ['https://example.org/g/s/n/-/tags', '1.3'],
  ])
  expect(pages('https://example.org/~o/n/archive/1.2.tar.gz', '1.2', '/~o/n/archive/1.3.tar.gz')).toEqual([
    ['https://example.org/~o/n/refs', '1.3'],
  ])
})

test('findReleasePages() has nothing where the URL does not hold the version', () => {
  for (const source of [
    'https://example.org/latest.tar.gz',
    'ftp://example.org/x-1.2.tar.gz',
    'git+https://example.org/x',
    'x-1.2',
  ])
    expect(findReleasePages(source, '1.2')).toEqual([])
})

test('findLinks() gives addresses as browsers read them', () => {
  const html = `<a href="a-1.tar.gz">a</a> <A HREF='b%2B1.tgz?x=1&amp;y#z'>b</A> <a class=x href=c-1.zip>c</a>`

  expect(findLinks(html)).toEqual(['a-1.tar.gz', 'b+1.tgz', 'c-1.zip'])
})

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { digestBytes } from '../system/digests.ts'
import { emptySum, pairEtcsums, parseEtcsums, printEtcsums } from './etcsums.ts'
import { parseManifest } from './manifest.ts'
import { textTreePath } from './tree-path.ts'

const manifest = (...lines: string[]) => parseManifest(lines.join('\n')).entries
const blake3 = (digit: string) => digit.repeat(66)
const sha256 = (digit: string) => digit.repeat(64)
const pairs = (...input: Parameters<typeof pairEtcsums>) => Object.fromEntries(pairEtcsums(...input))

test('pairEtcsums() pairs sums of 66 digits in the order of the manifest (T12 baselayout, openssh)', () => {
  const entries = manifest('/usr/', '/etc/passwd', '/etc/group', '/etc/fstab', '/etc/', '/etcetera')

  expect(pairs(entries, [blake3('1'), blake3('2'), blake3('3')])).toEqual({
    '/etc/passwd': blake3('1'),
    '/etc/group': blake3('2'),
    '/etc/fstab': blake3('3'),
  })
})

test('pairEtcsums() pairs sums of 64 digits in ascending order', () => {
  const entries = manifest('/etc/c.conf', '/etc/b.conf', '/etc/a.conf', '/etc/')

  expect(pairs(entries, [sha256('a'), sha256('b'), sha256('c')])).toEqual({
    '/etc/a.conf': sha256('a'),
    '/etc/b.conf': sha256('b'),
    '/etc/c.conf': sha256('c'),
  })
})

test('pairEtcsums() gives symlinks the sum that sh kiss writes for them (T13 dhcpcd: /etc/sv/dhcpcd/supervise)', () => {
  const entries = manifest('/etc/sv/dhcpcd/supervise', '/etc/sv/dhcpcd/run', '/etc/sv/dhcpcd/', '/etc/sv/', '/etc/')

  expect(pairs(entries, [emptySum, blake3('1')])).toEqual({
    '/etc/sv/dhcpcd/supervise': emptySum,
    '/etc/sv/dhcpcd/run': blake3('1'),
  })
})

test('pairEtcsums() knows that older files have no line for dangling symlinks (T13 baselayout: /etc/mtab)', () => {
  const entries = manifest('/etc/profile', '/etc/mtab', '/etc/group')
  const danglingLinks = new Set([textTreePath('/etc/mtab')])

  for (const sum of [sha256, blake3])
    expect(pairs(entries, [sum('a'), sum('b')], { danglingLinks })).toEqual({
      '/etc/group': sum('a'),
      '/etc/mtab': undefined,
      '/etc/profile': sum('b'),
    })
})

test('pairEtcsums() attributes no sum at all when the numbers do not agree', () => {
  const entries = manifest('/etc/b', '/etc/a')

  for (const sums of [[blake3('1')], [sha256('1')], [blake3('1'), blake3('2'), blake3('3')], []])
    expect(pairs(entries, sums)).toEqual({ '/etc/a': undefined, '/etc/b': undefined })
})

test('pairEtcsums() counts files that became choices, which keep their line', () => {
  const entries = manifest('/var/db/kiss/choices/pkg>etc>b', '/etc/c', '/etc/a')

  expect(pairs(entries, [blake3('c'), blake3('b'), blake3('a')])).toEqual({
    '/etc/c': blake3('c'),
    '/etc/b': blake3('b'),
    '/etc/a': blake3('a'),
  })
})

test('pairEtcsums() accepts a package without files in /etc (T27 fuse)', () => {
  expect(pairs(manifest('/etc/', '/usr/'), parseEtcsums(''))).toEqual({})
})

test('parseEtcsums() keeps the place of a line that is no sum', () => {
  expect(parseEtcsums(`${blake3('a')}\nnonsense\n${sha256('b')}`)).toEqual([blake3('a'), undefined, sha256('b')])
})

test('printEtcsums() and parseEtcsums() are inverse', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^([0-9a-f]{66}|[0-9a-f]{64})$/)), (sums) => {
      expect(parseEtcsums(printEtcsums(sums))).toEqual(sums)
    }),
  )
})

test('emptySum is the BLAKE3 of nothing', async () => {
  expect(await digestBytes(new Uint8Array(), 'blake3')).toBe(emptySum)
})

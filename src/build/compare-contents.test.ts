import { expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { buildElf } from '../system/elf/elf-fixtures.ts'
import { compareContents } from './compare-contents.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const wheres = (first: Uint8Array, second: Uint8Array): string[] =>
  compareContents(first, second).map(({ where }) => where)

function ar(...members: readonly (readonly [name: string, mtime: string, content: Uint8Array])[]): Buffer {
  const parts = members.flatMap(([name, mtime, content]) => [
    bytes(
      `${`${name}/`.padEnd(16)}${mtime.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(content.length).padEnd(10)}\`\n`,
    ),
    content,
    ...(content.length % 2 === 1 ? [bytes('\n')] : []),
  ])
  return Buffer.concat([bytes('!<arch>\n'), ...parts])
}

test('compareContents() shows lines that differ in a text, and no others', () => {
  expect(compareContents(bytes('a\nb\nc\nd\n'), bytes('a\nx\nc\ny\n'))).toEqual([
    { where: 'line 2', lines: ['-b', '+x', '-d', '+y'] },
  ])
  expect(compareContents(bytes('same\n'), bytes('same\n'))).toEqual([])
})

test('compareContents() looks one level into archives and gzip files', () => {
  const [one, other] = [
    ar(['a.o', '1', bytes('text a\n')], ['b.o', '1', bytes('t\n')]),
    ar(['a.o', '2', bytes('text b\n')], ['b.o', '1', bytes('t\n')]),
  ]
  expect(wheres(one, other)).toEqual(['header of member a.o', 'member a.o: line 1'])
  expect(
    wheres(
      ar(['a.o', '1', bytes('x')], ['b.o', '1', bytes('y')]),
      ar(['b.o', '1', bytes('y')], ['a.o', '1', bytes('x')]),
    ),
  ).toEqual(['order of members'])
  expect(wheres(gzipSync('one\n'), gzipSync('two\n'))).toEqual(['uncompressed: line 1'])
  const later = gzipSync('one\n')
  later.writeUInt32LE(77, 4)
  expect(wheres(gzipSync('one\n'), later)).toEqual(['how it is compressed (gzip header: time, name) from 0'])
  expect(wheres(gzipSync(gzipSync('one\n')), gzipSync(gzipSync('two\n')))[0]).toMatch(/^uncompressed: bytes from/)
})

test('compareContents() takes what is no whole ELF file, archive or gzip file for bytes', () => {
  const elf = Buffer.from(buildElf({ class: 64, byteOrder: 'little' }))
  const broken = Buffer.from(elf)
  broken.fill(0xff, 0x28, 0x40)
  for (const [one, other] of [
    [elf.subarray(0, 40), broken.subarray(0, 41)],
    [bytes('!<arch>\nnonsense\0'), bytes('!<arch>\nnonsense\0\0')],
    [bytes('\x1f\x8b\x08 a\0'), bytes('\x1f\x8b\x08 b\0')],
  ] as const)
    expect(wheres(one, other).join()).toContain('bytes from')
})

test('compareContents() never throws, and says something of all that differs', () => {
  const start = fc.constantFrom('', '\x7fELF\x02\x01', '!<arch>\n', '\x1f\x8b', 'text\n').map(bytes)
  const file = fc.tuple(start, fc.uint8Array({ maxLength: 200 })).map((parts) => Buffer.concat(parts))
  fc.assert(
    fc.property(file, file, (one, other) => {
      expect(compareContents(one, other).length > 0).toBe(Buffer.compare(one, other) !== 0)
    }),
  )
})

import { expect, test } from 'bun:test'
import { linkSync, mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { KithError } from '../../errors/kith-error.ts'
import {
  failureOf,
  hasProgram,
  rawArchive,
  rawMember,
  readMembers,
  scratchDirectory,
  sh,
  sign,
  wideLimits,
} from './archive-fixtures.ts'

function pax(type: 'x' | 'g', ...records: readonly (readonly [string, string])[]): Buffer {
  const content = records
    .map(([key, value]) => {
      const body = ` ${key}=${value}\n`
      const length = [1, 2, 3, 4, 5, 6, 7]
        .map((digits) => body.length + digits)
        .find((sum, i) => String(sum).length === i + 1)
      return `${length}${body}`
    })
    .join('')
  return rawMember({ name: 'pax', type, content })
}

/** A tree with what old formats can hold too. */
function makeTree(directory: string, longest: number): void {
  mkdirSync(join(directory, 'd'))
  writeFileSync(join(directory, 'd', 'small'), 'small\n')
  writeFileSync(join(directory, 'd', 'large'), 'x'.repeat(5000))
  writeFileSync(join(directory, 'd', 'n'.repeat(longest)), 'long\n')
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/d/`), Buffer.from([0xff, 0xfe])]), 'bytes\n')
  linkSync(join(directory, 'd/small'), join(directory, 'd/zlink'))
  symlinkSync('small', join(directory, 'd/sym'))
  for (const name of ['small', 'large']) utimesSync(join(directory, 'd', name), 1_600_000_000, 1_600_000_001)
}

const formats = [
  ['v7', 90],
  ['oldgnu', 240],
  ['gnu', 240],
  ['ustar', 90],
  ['pax', 240],
] as const

for (const [format, longest] of formats)
  test.skipIf(!hasProgram('tar'))(
    `createTarReader() reads what GNU tar writes as ${format}, in pieces of any size`,
    () => {
      using scratch = scratchDirectory()
      makeTree(scratch.path, longest)
      const bytes = sh(['tar', `--format=${format}`, '--sort=name', '-cf', '-', 'd'], { cwd: scratch.path })
      const members = readMembers(bytes)
      const byPath = new Map(members.map((member) => [member.path, member]))

      expect(members.map(({ path, type }) => `${type} ${path}`)).toEqual([
        'directory d/',
        'file d/large',
        `file d/${'n'.repeat(longest)}`,
        'file d/small',
        'symlink d/sym',
        'hardlink d/zlink',
        'file d/\xff\xfe',
      ])
      expect(byPath.get('d/small')).toMatchObject({ mtime: 1_600_000_001, sizeBytes: 6, mode: 0o644 })
      expect(byPath.get('d/large')?.content.toString()).toBe('x'.repeat(5000))
      expect(byPath.get('d/sym')?.linkName).toBe('small')
      expect(byPath.get('d/zlink')?.linkName).toBe('d/small')
      for (const chunkBytes of [1, 7, 511, 513]) expect(readMembers(bytes, chunkBytes)).toEqual(members)
    },
  )

test.skipIf(!hasProgram('tar'))('createTarReader() refuses sparse files of GNU tar with the reason', async () => {
  using scratch = scratchDirectory()
  writeFileSync(join(scratch.path, 'sparse'), '')
  truncateSync(join(scratch.path, 'sparse'), 1 << 20)
  for (const format of ['gnu', 'pax']) {
    const bytes = sh(['tar', `--format=${format}`, '-S', '-cf', '-', 'sparse'], { cwd: scratch.path })
    expect((await failureOf(() => readMembers(bytes))).message).toContain('sparse files are not supported')
  }
})

test('createTarReader() takes every cut inside a member for an error and every other for an end', async () => {
  const bytes = Buffer.concat([rawMember({ name: 'a', content: 'x'.repeat(1000) }), rawMember({ name: 'b' })])
  for (let length = 1; length <= bytes.length; length++) {
    const cut = bytes.subarray(0, length)
    if (length === 1536 || length === 2048) expect(readMembers(cut).length).toBe(length === 1536 ? 1 : 2)
    else expect((await failureOf(() => readMembers(cut))).code).toBe('archive-invalid')
  }
})

test('createTarReader() ends at the zeros and ignores what follows', async () => {
  const garbage = Buffer.alloc(3000, 'garbage')
  expect(readMembers(Buffer.concat([rawArchive({ name: 'a' }), garbage])).length).toBe(1)
  expect((await failureOf(() => readMembers(Buffer.concat([rawMember({ name: 'a' }), garbage])))).message).toContain(
    'checksum',
  )
  expect((await failureOf(() => readMembers(Buffer.alloc(0)))).message).toContain('it is empty')
})

test('createTarReader() lets pax headers win and forgets them after their member', () => {
  const members = readMembers(
    rawArchive(
      pax('g', ['mtime', '7.9'], ['comment', 'all']),
      pax('x', ['path', 'p\xc3\xa9'], ['mtime', '-1.5'], ['SCHILY.xattr.user.k', 'v\0w'], ['size', '3']),
      rawMember({ name: 'ignored', content: 'abc', size: '00000000000\0' }),
      { name: 'plain', mtime: 5 },
    ),
  )
  expect(members.map(({ path, mtime }) => [path, mtime])).toEqual([
    ['p\xc3\xa9', -2],
    ['plain', 7],
  ])
  expect(members[0]?.content.toString()).toBe('abc')
  expect([...(members[0]?.xattrs ?? [])]).toEqual([['user.k', 'v\0w']])
  expect(members[1]?.xattrs.size).toBe(0)
})

test('createTarReader() reads sizes in base 256 and sums of signed bytes', () => {
  const big = rawMember({ name: 'a', content: 'abc', size: '\x80\0\0\0\0\0\0\0\0\0\0\x03' })
  expect(readMembers(rawArchive(big))[0]?.content.toString()).toBe('abc')
  const signed = rawMember({ name: '\xff\xfe' })
  const sum = Number.parseInt(signed.toString('latin1', 148, 154), 8) - 512
  signed.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148)
  expect(readMembers(rawArchive(signed))[0]?.path).toBe('\xff\xfe')
})

test('createTarReader() puts the ustar prefix before the name, but not in GNU archives', () => {
  const withPrefix = (magic: string): Buffer => {
    const block = rawMember({ name: 'name', magic })
    block.write('prefix', 345)
    sign(block)
    return block
  }
  expect(readMembers(rawArchive(withPrefix('ustar\x0000')))[0]?.path).toBe('prefix/name')
  expect(readMembers(rawArchive(withPrefix('ustar  \0')))[0]?.path).toBe('name')
})

const hostile: readonly (readonly [string, Buffer, string])[] = [
  ['a negative size', rawArchive({ name: 'a', size: '\xff'.repeat(12) }), 'impossible'],
  ['a size beyond all numbers', rawArchive({ name: 'a', size: `\x80${'\xff'.repeat(11)}` }), 'size is no number'],
  ['a size of letters', rawArchive({ name: 'a', size: '0000zzz0000\0' }), 'size is no number'],
  [
    'a size over the limit',
    rawArchive({ name: 'a', size: `\x80${'\0'.repeat(4)}\x01${'\0'.repeat(6)}` }),
    'larger than',
  ],
  ['a pax bomb', rawArchive(rawMember({ name: 'x', type: 'x', size: '77777777777\0' })), 'extended header'],
  ['a name bomb', rawArchive(rawMember({ name: 'L', type: 'L', size: '00007777777\0' })), 'extended header'],
  [
    'a pax record that is too long',
    rawArchive(rawMember({ name: 'x', type: 'x', content: '99 a=b\n' })),
    'wrong length',
  ],
  ['a pax record without a length', rawArchive(rawMember({ name: 'x', type: 'x', content: 'a=b\n' })), 'no length'],
  ['a pax record without a key', rawArchive(rawMember({ name: 'x', type: 'x', content: '6 abc\n' })), 'no key'],
  ['a pax header without member', rawArchive(pax('x', ['path', 'a'])), 'no member'],
  ['a NUL in a pax name', rawArchive(pax('x', ['path', 'a\0b']), { name: 'a' }), 'NUL'],
  ['a pax size of letters', rawArchive(pax('x', ['size', '-1']), { name: 'a' }), 'no number'],
  ['a directory with content', rawArchive({ name: 'a', type: '5', content: 'x' }), 'cannot have content'],
  ['a symlink with content', rawArchive({ name: 'a', type: '2', linkName: 'b', content: 'x' }), 'cannot have content'],
  ['a volume continued', rawArchive({ name: 'a', type: 'M' }), 'not supported'],
  ['a member without name', rawArchive({ name: '' }), 'no name'],
]
for (const [title, bytes, reason] of hostile)
  test(`createTarReader() refuses ${title}`, async () => {
    const error = await failureOf(() => readMembers(bytes))
    expect(error.code).toBe('archive-invalid')
    expect(error.message).toContain(reason)
  })

test('createTarReader() keeps global headers and members within limits', async () => {
  const global = pax('g', ['SCHILY.xattr.user.k', 'v'.repeat(400_000)])
  expect((await failureOf(() => readMembers(rawArchive(global, global, global)))).message).toContain('global headers')
  const many = rawArchive({ name: 'a' }, { name: 'b' }, { name: 'c' })
  const limits = { ...wideLimits, members: 2 }
  expect((await failureOf(() => readMembers(many, 512, limits))).message).toContain('more than 2 members')
})

test('createTarReader() survives any bytes: an archive or archive-invalid, nothing else', () => {
  const valid = rawArchive(
    pax('x', ['path', 'some/file'], ['mtime', '1.5']),
    { name: 'x', content: 'hello' },
    rawMember({ name: 'L', type: 'L', content: 'long\0' }),
    { name: 'y', type: '2', linkName: 'x' },
  )
  const tamper = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 })
  const tolerate = (bytes: Uint8Array): void => {
    try {
      readMembers(bytes, 700)
    } catch (error) {
      if (!(error instanceof KithError) || error.code !== 'archive-invalid') throw error
    }
  }
  fc.assert(
    fc.property(tamper, fc.boolean(), (changes, isSigned) => {
      const bytes = Buffer.from(valid)
      for (const [offset, byte] of changes) bytes[offset] = byte
      if (isSigned) for (let offset = 0; offset < bytes.length - 1024; offset += 1024) sign(bytes.subarray(offset))
      tolerate(bytes)
    }),
    { numRuns: 1500 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), tolerate))
})

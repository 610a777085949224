import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { failureOf, inChunks, type RawMember, rawArchive, scratchDirectory } from './archive-fixtures.ts'
import type { ExtractedContent } from './extracted-content.ts'
import { type UnpackOptions, unpackTar } from './unpack-tar.ts'

async function unpack(members: readonly RawMember[], directory: string, options: Partial<UnpackOptions> = {}) {
  const keeps = { archive: 'test.tar', kind: 'artifact', keepsContents: true, ...options } as const
  return await unpackTar(inChunks(rawArchive(...members), 700), directory, keeps)
}

const sha256 = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('hex')
const file = (mode: number, text: string) => ({ kind: 'file', mode, sizeBytes: text.length, sha256: sha256(text) })

test('unpackTar() tells what is at each path in the end: of what was replaced nothing, of links what they share', async () => {
  using scratch = scratchDirectory()
  const { contents } = await unpack(
    [
      { name: 'a', content: 'one', mode: 0o4755 },
      { name: 'b', type: '1', linkName: 'a' },
      { name: 'a', content: 'two', mode: 0o600 },
      { name: 'd/e/f', content: 'x'.repeat(2000) },
      { name: 'd/', type: '5', mode: 0o1777 },
      { name: 'l', content: 'was a file' },
      { name: 'l', type: '2', linkName: 'over\nthere' },
      { name: 'was/', type: '5' },
      { name: 'was', type: '6', mode: 0o622 },
    ],
    scratch.path,
  )

  const expected: readonly (readonly [string, object])[] = [
    ['/a', file(0o600, 'two')],
    ['/b', file(0o4755, 'one')],
    ['/d', { kind: 'directory', mode: 0o1777 }],
    ['/d/e', { kind: 'directory', mode: 0o755 }],
    ['/d/e/f', file(0o644, 'x'.repeat(2000))],
    ['/l', { kind: 'symlink', to: 'over\nthere' }],
    ['/was', { kind: 'fifo', mode: 0o622 }],
  ]
  const told: readonly (readonly [string, ExtractedContent])[] = [...contents].sort(([one], [other]) =>
    one < other ? -1 : 1,
  )
  expect(told).toEqual(expected as typeof told)
})

const refused: readonly (readonly [string, readonly RawMember[], string])[] = [
  ['a name with a line break', [{ name: 'usr/a\n/etc/passwd' }], 'line break'],
  ['a directory with a line break', [{ name: 'a\nb/c' }], 'line break'],
  ['a name that staging uses', [{ name: '.kith-staging' }], 'reserved'],
  ['a directory that staging uses', [{ name: 'usr/.kith/x' }], 'reserved'],
  ['the history of transactions', [{ name: 'var/db/kiss/.kith/history/1/record' }], 'reserved'],
  ['a link in place of it', [{ name: 'var/db/kiss/.kith', type: '2', linkName: '/tmp' }], 'reserved'],
]
for (const [what, members, reason] of refused)
  test(`attack: an artifact has ${what}`, async () => {
    using scratch = scratchDirectory()

    const error = await failureOf(() => unpack(members, scratch.path))

    expect(error.message).toContain(reason)
    expect(error.message).not.toContain('\n')
    expect(fs.readdirSync(scratch.path)).toEqual([])
  })

test('attack: one member stands for thousands of directories, many do for millions', async () => {
  using scratch = scratchDirectory()
  const deep = (top: string): RawMember => ({ name: `${top}/${'d/'.repeat(40)}f` })
  const members = ['a', 'b', 'c', 'd'].map(deep)

  const tooMany = await failureOf(() => unpack(members, scratch.path, { limits: { members: 100 } }))
  const tooLong = await failureOf(() => unpack(members, join(scratch.path, 'a'), { limits: { pathBytes: 5000 } }))

  expect(tooMany.message).toContain('more than 100 files and directories')
  expect(tooLong.message).toContain('more than 5000 bytes together')
})

test('attack: what is in the directory already was not brought by this archive, and is not taken for its own', async () => {
  using scratch = scratchDirectory()
  fs.mkdirSync(join(scratch.path, 'd'))
  fs.writeFileSync(join(scratch.path, 'f'), 'other')

  for (const members of [[{ name: 'd/x' }], [{ name: 'd/', type: '5' }], [{ name: 'f' }]])
    expect((await failureOf(() => unpack(members, scratch.path))).message).toContain('one and the same')
  expect(fs.readFileSync(join(scratch.path, 'f'), 'utf8')).toBe('other')
})

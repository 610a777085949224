import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createStageReader, parseStageLine, type StageReading } from './stage-job.ts'

const sha256 = 'a'.repeat(64)
const file = { path: '/f', kind: 'file', mode: 0o644, sizeBytes: 3, sha256 }
const directory = { path: '/d', kind: 'directory', mode: 0o755 }
const end = { kind: 'unpacked', refusedXattrs: [] }

function readLines(...lines: readonly unknown[]): StageReading {
  const reader = createStageReader()
  const text = lines.map((one) => `${JSON.stringify(one)}\n`).join('')
  // In pieces that cut characters.
  for (const byte of Buffer.from(text)) reader.push(Uint8Array.of(byte))
  return reader.end()
}

test('createStageReader() gives what the process told, bytes of names included', () => {
  const link = { path: '/d/caf\xe9\x01', kind: 'symlink', to: 'a\nb\xff' }
  const refused = { path: '/f', name: 'user.a', reason: 'forbidden' }

  const reading = readLines(directory, file, link, { kind: 'unpacked', refusedXattrs: [refused] })

  if (reading.kind !== 'unpacked') throw new Error(reading.kind)
  expect(Object.fromEntries(reading.contents)).toEqual({
    '/d': { kind: 'directory', mode: 0o755 },
    '/f': { kind: 'file', mode: 0o644, sizeBytes: 3, sha256 },
    '/d/caf\xe9\x01': { kind: 'symlink', to: 'a\nb\xff' },
  })
  expect(reading.refusedXattrs).toEqual([refused as (typeof reading.refusedXattrs)[number]])
})

const lies: readonly (readonly [string, unknown])[] = [
  ['a path that leaves the tree', { ...file, path: '/../etc/passwd' }],
  ['a relative path', { ...file, path: 'etc/passwd' }],
  ['the root itself', { ...directory, path: '/' }],
  ['a path with a line break', { ...file, path: '/a\n/etc/passwd' }],
  ['a reserved path', { ...file, path: '/var/db/kiss/.kith/journal' }],
  ['a path of other characters than bytes', { ...file, path: '/\u2603' }],
  ['a mode with a file type', { ...file, mode: 0o100644 }],
  ['a negative size', { ...file, sizeBytes: -1 }],
  ['a fraction', { ...file, sizeBytes: 0.5 }],
  ['no hash', { ...file, sha256: 'x'.repeat(64) }],
  ['malformed capabilities', { ...file, capability: 'x'.repeat(20) }],
  ['an empty link', { path: '/l', kind: 'symlink', to: '' }],
  ['a link with a NUL byte', { path: '/l', kind: 'symlink', to: 'a\0b' }],
  ['a device', { path: '/null', kind: 'character', mode: 0o666 }],
  [
    'an attribute of the system',
    { ...end, refusedXattrs: [{ path: '/f', name: 'security.selinux', reason: 'forbidden' }] },
  ],
  ['no list', { ...end, refusedXattrs: 'none' }],
  ['details that are no texts', { kind: 'failed', code: 'io-failed', details: { path: {} } }],
  ['a number', 5],
  ['nothing', null],
]
for (const [what, line] of lies)
  test(`attack: the process that unpacks, taken over, tells of ${what}`, () => {
    expect(() => parseStageLine(JSON.stringify(line))).toThrow('it told')
  })

test('attack: the process that unpacks, taken over, tells a path twice, one below a file, more after the end, or no end', () => {
  expect(() => readLines(file, file, end)).toThrow('twice')
  expect(() => readLines(end, file)).toThrow('after the end')
  expect(readLines(file, { ...file, path: '/f/below' }, end)).toMatchObject({ kind: 'unreadable' })
  expect(readLines({ ...file, path: '/nowhere/f' }, end)).toMatchObject({ kind: 'unreadable' })
  expect(readLines(file)).toMatchObject({ kind: 'unreadable' })
})

test('attack: the process that unpacks, taken over, tells a line without end', () => {
  const reader = createStageReader()

  expect(() => {
    for (let count = 0; count < 100; count++) reader.push(Buffer.alloc(1 << 16, 'x'))
  }).toThrow('without end')
})

test('parseStageLine() gives a line or throws an Error, whatever it gets', () => {
  const value = fc.oneof(
    fc.json(),
    fc.string(),
    fc.json().map((one) => `{"path":"/a","kind":"file","mode":${one}}`),
  )
  fc.assert(
    fc.property(value, (line) => {
      try {
        parseStageLine(line)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
        expect(error).not.toBeInstanceOf(TypeError)
      }
    }),
  )
})

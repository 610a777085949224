import { expect, test } from 'bun:test'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { KithError } from '../../errors/kith-error.ts'
import {
  failureOf,
  hasProgram,
  inChunks,
  listTree,
  type RawMember,
  rawArchive,
  rawMember,
  scratchDirectory,
  sh,
} from './archive-fixtures.ts'
import { type UnpackOptions, type UnpackSummary, unpackTar } from './unpack-tar.ts'

function unpack(bytes: Uint8Array, directory: string, options: Partial<UnpackOptions> = {}): Promise<UnpackSummary> {
  return unpackTar(inChunks(bytes, 1000), directory, { archive: 'test.tar', kind: 'source', ...options })
}

/** A directory to unpack into, beside a directory that must stay as it is. */
function besideOutside(): { readonly target: string; readonly outside: string } & Disposable {
  const scratch = scratchDirectory()
  const target = join(scratch.path, 'target')
  const outside = join(scratch.path, 'outside')
  mkdirSync(target)
  mkdirSync(outside)
  writeFileSync(join(outside, 'file'), 'safe')
  chmodSync(outside, 0o755)
  return { target, outside, [Symbol.dispose]: () => scratch[Symbol.dispose]() }
}

const attacks: readonly (readonly [string, readonly RawMember[], string])[] = [
  ['a member above the tree', [{ name: '../outside/new', content: 'x' }], 'lies outside'],
  ['a member above the tree, by a way through it', [{ name: 'a/../../outside/new' }], 'lies outside'],
  ['an absolute member', [{ name: '/tmp/kith-attack' }], 'absolute'],
  [
    'a file behind a symlink',
    [{ name: 'l', type: '2', linkName: '../outside' }, { name: 'l/new' }],
    'behind a symlink',
  ],
  [
    'a file behind a symlink within the tree',
    [{ name: 'd/', type: '5' }, { name: 'l', type: '2', linkName: 'd' }, { name: 'l/new' }],
    'behind a symlink',
  ],
  [
    'a file behind a symlink that took the place of a known directory',
    [{ name: 'd/', type: '5' }, { name: 'd', type: '2', linkName: '../outside' }, { name: 'd/new' }],
    'behind a symlink',
  ],
  [
    'a directory behind a symlink',
    [
      { name: 'l', type: '2', linkName: '../outside' },
      { name: 'l/new/', type: '5' },
    ],
    'behind a symlink',
  ],
  ['a hard link to a file outside', [{ name: 'h', type: '1', linkName: '../outside/file' }], 'lies outside'],
  ['a hard link to an absolute path', [{ name: 'h', type: '1', linkName: '/etc/passwd' }], 'absolute'],
  [
    'a hard link through a symlink',
    [
      { name: 'l', type: '2', linkName: '../outside' },
      { name: 'h', type: '1', linkName: 'l/file' },
    ],
    'no earlier file',
  ],
  [
    'a hard link to what is not there yet',
    [{ name: 'h', type: '1', linkName: 'later' }, { name: 'later' }],
    'no earlier file',
  ],
  [
    'a hard link to a directory',
    [
      { name: 'd/', type: '5' },
      { name: 'h', type: '1', linkName: 'd' },
    ],
    'no earlier file',
  ],
  ['a character device', [{ name: 'null', type: '3' }], 'device'],
  ['a block device', [{ name: 'disk', type: '4' }], 'device'],
  ['a named pipe in sources', [{ name: 'pipe', type: '6' }], 'named pipe'],
  ['a type nobody knows', [{ name: 'what', type: 'Z' }], 'unknown type'],
  ['a file below a file', [{ name: 'f' }, { name: 'f/g' }], 'no directory'],
  ['a file in place of a full directory', [{ name: 'd/f' }, { name: 'd' }], 'not empty'],
  ['a file in place of the tree itself', [{ name: '.' }], 'no name'],
  ['a symlink without target', [{ name: 'l', type: '2' }], 'impossible target'],
]
for (const [title, members, reason] of attacks)
  test(`unpackTar() refuses ${title}`, async () => {
    using place = besideOutside()
    const error = await failureOf(() => unpack(rawArchive(...members), place.target))
    expect(error.code).toBe('archive-invalid')
    expect(error.message).toContain(reason)
    expect(listTree(place.outside)).toEqual({ '/file': expect.stringContaining(' 4 x1') })
  })

test('unpackTar() writes no file through a symlink at its own place, but puts the file there', async () => {
  using place = besideOutside()
  const bytes = rawArchive({ name: 'l', type: '2', linkName: '../outside/file' }, { name: 'l', content: 'mine' })
  await unpack(bytes, place.target)
  expect(readFileSync(join(place.outside, 'file'), 'utf8')).toBe('safe')
  expect(lstatSync(join(place.target, 'l')).isFile()).toBe(true)
})

test('unpackTar() changes neither mode nor time of what a symlink in place of a directory points to', async () => {
  using place = besideOutside()
  const before = statSync(place.outside)
  const bytes = rawArchive(
    { name: 'd/', type: '5', mode: 0o700, mtime: 1 },
    { name: 'd', type: '2', linkName: '../outside', mtime: 1 },
  )
  await unpack(bytes, place.target)
  expect(readlinkSync(join(place.target, 'd'))).toBe('../outside')
  expect([statSync(place.outside).mode, statSync(place.outside).mtimeMs]).toEqual([before.mode, before.mtimeMs])
})

test('unpackTar() does not follow symlinks that were there before', async () => {
  using place = besideOutside()
  symlinkSync('../outside', join(place.target, 'usr'))
  expect((await failureOf(() => unpack(rawArchive({ name: 'usr/new' }), place.target))).message).toContain(
    'behind a symlink',
  )
  await unpack(rawArchive({ name: 'usr/', type: '5' }, { name: 'usr/new' }), place.target)
  expect(lstatSync(join(place.target, 'usr')).isDirectory()).toBe(true)
  expect(existsSync(join(place.outside, 'new'))).toBe(false)
})

test('unpackTar() writes into no file that a hard link shares', async () => {
  using place = besideOutside()
  const bytes = rawArchive(
    { name: 'a', content: 'one' },
    { name: 'b', type: '1', linkName: './a' },
    { name: 'b', content: 'two' },
  )
  await unpack(bytes, place.target)
  expect(readFileSync(join(place.target, 'a'), 'utf8')).toBe('one')
  expect(readFileSync(join(place.target, 'b'), 'utf8')).toBe('two')
})

test('unpackTar() merges archives into one directory, the later one wins', async () => {
  using place = besideOutside()
  await unpack(
    rawArchive({ name: 'd/', type: '5', mode: 0o555 }, { name: 'd/a', content: '1' }, { name: 'd/b', content: '1' }),
    place.target,
  )
  await unpack(
    rawArchive({ name: 'd/', type: '5' }, { name: 'd/b', content: '2', mode: 0o600 }, { name: 'd/c', content: '2' }),
    place.target,
  )
  const contents = ['a', 'b', 'c'].map((name) => readFileSync(join(place.target, 'd', name), 'utf8'))
  expect(contents).toEqual(['1', '2', '2'])
})

test('unpackTar() keeps modes, times and links exactly in artifacts, whatever the umask', async () => {
  using place = besideOutside()
  const bytes = rawArchive(
    { name: './', type: '5', mode: 0o700 },
    { name: './d/', type: '5', mode: 0o1777, mtime: 1_000 },
    { name: './d/suid', mode: 0o4755, mtime: 2_000, content: 'x' },
    { name: './d/hard', type: '1', linkName: './d/suid' },
    { name: './d/closed/', type: '5', mode: 0o555, mtime: 3_000 },
    { name: './d/closed/f', mode: 0o444, mtime: 4_000 },
    { name: './sym', type: '2', linkName: '/etc/passwd', mtime: 5_000 },
    { name: './implied/\xff\xe9', mode: 0o666, mtime: 6_000 },
  )
  const umask = process.umask(0o077)
  let summary: UnpackSummary
  try {
    summary = await unpack(bytes, place.target, { kind: 'artifact' })
  } finally {
    process.umask(umask)
  }
  expect(listTree(place.target)).toEqual({
    '/d/': '1777 1000',
    '/d/suid': '4755 2000 1 x2',
    '/d/hard': '4755 2000 1 x2',
    '/d/closed/': '555 3000',
    '/d/closed/f': '444 4000 0 x1',
    '/sym': '-> /etc/passwd 5000',
    '/implied/': expect.stringMatching(/^755 /),
    '/implied/\xff\xe9': '666 6000 0 x1',
  })
  expect(summary).toMatchObject({ members: 8, totalBytes: 1, newestMtime: 6_000, firstComponents: ['.'] })
})

test('unpackTar() gives sources no setuid and directories that their owner can use', async () => {
  using place = besideOutside()
  const bytes = rawArchive(
    { name: 'd/', type: '5', mode: 0o2000, mtime: 1 },
    { name: 'd/suid', mode: 0o6755, mtime: 2 },
    { name: 'f', mtime: 3 },
  )
  const { firstComponents } = await unpack(bytes, place.target)
  expect(listTree(place.target)).toEqual({ '/d/': '700 1', '/d/suid': '755 2 0 x1', '/f': '644 3 0 x1' })
  expect(firstComponents).toEqual(['d', 'f'])
})

test.skipIf(!hasProgram('mkfifo'))('unpackTar() makes named pipes of artifacts, names being bytes', async () => {
  using place = besideOutside()
  const pipe: RawMember = { name: './p\xff', type: '6', mode: 0o622, mtime: 9 }
  await unpack(rawArchive({ name: './p\xff', content: 'before' }, pipe), place.target, { kind: 'artifact' })
  expect(listTree(place.target)).toEqual({ '/p\xff': 'fifo 622 9' })
})

test('unpackTar() stops at its limits', async () => {
  using place = besideOutside()
  const bytes = rawArchive({ name: 'a', content: 'x'.repeat(600) }, { name: 'b' }, { name: 'c' })
  expect((await failureOf(() => unpack(bytes, place.target, { limits: { members: 2 } }))).message).toContain(
    'more than 2 members',
  )
  expect((await failureOf(() => unpack(bytes, place.target, { limits: { totalBytes: 599 } }))).message).toContain(
    'larger than 599',
  )
  async function* bomb(): AsyncGenerator<Uint8Array> {
    yield rawMember({ name: 'zeros', size: '37777777777\0' })
    for (const chunk = Buffer.alloc(1 << 20); ; ) yield chunk
  }
  const options: UnpackOptions = {
    archive: 'bomb.tar.gz',
    kind: 'source',
    compressedBytes: 5000,
    limits: { ratio: 1000 },
  }
  expect((await failureOf(() => unpackTar(bomb(), place.target, options))).message).toContain('1000 times')
})

test.skipIf(!hasProgram('tar'))('unpackTar() makes the tree that GNU tar makes', async () => {
  using place = besideOutside()
  using scratch = scratchDirectory()
  for (const directory of ['a/b/c', 'a/empty', 'z']) mkdirSync(join(scratch.path, directory), { recursive: true })
  for (const file of ['a/b/c/one', 'a/b/two', 'z/three', 'four'])
    writeFileSync(join(scratch.path, file), file.repeat(300))
  symlinkSync('b/c/one', join(scratch.path, 'a/link'))
  chmodSync(join(scratch.path, 'z/three'), 0o751)
  const bytes = sh(['tar', '-C', scratch.path, '-cf', '-', '.'])
  await unpack(bytes, place.target, { kind: 'artifact' })
  expect(listTree(place.target)).toEqual(listTree(scratch.path))
})

test('unpackTar() keeps everything inside, whatever the members are called', async () => {
  const segment = fc.constantFrom('a', 'b', 'l', '..', '.', '', '\xff', 'outside')
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'))
  const member = fc.record({ name: path, type: fc.constantFrom('0', '1', '2', '5', '0', '2'), linkName: path })
  await fc.assert(
    fc.asyncProperty(fc.array(member, { maxLength: 6 }), async (members) => {
      using place = besideOutside()
      try {
        await unpack(rawArchive(...members), place.target)
      } catch (error) {
        if (!(error instanceof KithError)) throw error
      }
      expect(listTree(place.outside)).toEqual({ '/file': expect.stringContaining(' 4 x1') })
    }),
    { numRuns: 300 },
  )
})

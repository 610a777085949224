import { expect, test } from 'bun:test'
import {
  chmodSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { textTreePath } from '../../model/tree-path.ts'
import {
  collect,
  failureOf,
  hasProgram,
  inChunks,
  listTree,
  readMembers,
  scratchDirectory,
  sh,
} from './archive-fixtures.ts'
import { packArtifact } from './pack-artifact.ts'
import { packTree } from './pack-tree.ts'
import { tarHeader } from './tar-writer.ts'
import { unpackArtifact } from './unpack-artifact.ts'
import { unpackTar } from './unpack-tar.ts'

const longName = 'n'.repeat(200)
const longDirectory = `${'d'.repeat(120)}/${'e'.repeat(90)}`

/** `names` in the order of their making, all with time 1000. */
function makeTree(directory: string, names: readonly string[]): void {
  for (const name of names) {
    const target = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')])
    if (name.endsWith('/')) mkdirSync(target, { recursive: true })
    else writeFileSync(target, name)
  }
  for (const path of Object.keys(listTree(directory)).sort().reverse())
    lutimesSync(Buffer.concat([Buffer.from(directory), Buffer.from(path, 'latin1')]), 1000, 1000)
}

const names = [
  'usr/',
  'usr/bin/',
  'usr/bin-extra',
  'usr/bin/b',
  'usr/bin/a',
  `usr/${longName}`,
  `${longDirectory}/`,
  `${longDirectory}/f`,
  `${longDirectory}/${longName}`,
  'usr/\xff\xfe',
  'usr/\xc3\xa9',
]

test('packTree() writes all paths in bytewise order, directories with a slash, nothing for the tree itself', async () => {
  using scratch = scratchDirectory()
  makeTree(scratch.path, names)
  const members = readMembers(await collect(packTree(scratch.path)))
  const paths = members.map(({ path }) => path)
  expect(paths).toEqual([...paths].sort((one, other) => (one < other ? -1 : 1)))
  expect(paths).toContain('./usr/bin/')
  expect(new Set(paths)).toEqual(new Set([...names, `${'d'.repeat(120)}/`].map((name) => `./${name}`)))
  for (const { path, content } of members) if (!path.endsWith('/')) expect(`./${content.toString()}`).toBe(path)
})

test('packTree() gives equal bytes for equal trees, whatever the order, umask and owner of their making', async () => {
  using one = scratchDirectory()
  using other = scratchDirectory()
  makeTree(one.path, names)
  const umask = process.umask(0o077)
  makeTree(
    other.path,
    [...names]
      .sort()
      .reverse()
      .filter((name) => name.endsWith('/')),
  )
  makeTree(
    other.path,
    [...names].reverse().filter((name) => !name.endsWith('/')),
  )
  process.umask(umask)
  const modes = ['-R', 'u=rwX,go=rX', '.']
  for (const { path } of [one, other]) sh(['chmod', ...modes], { cwd: path })
  expect(await collect(packTree(one.path))).toEqual(await collect(packTree(other.path)))
})

test('packTree() keeps modes, hard links and symlinks, and no time after the newest one', async () => {
  using scratch = scratchDirectory()
  makeTree(scratch.path, ['a', 'z', 'd/', 'later'])
  linkSync(join(scratch.path, 'a'), join(scratch.path, 'd/link'))
  symlinkSync('/etc/\u00e9', join(scratch.path, 'sym'))
  lutimesSync(join(scratch.path, 'sym'), 9, 9)
  chmodSync(join(scratch.path, 'z'), 0o6711)
  chmodSync(join(scratch.path, 'd'), 0o1777)
  utimesSync(join(scratch.path, 'later'), 99_999, 99_999)
  utimesSync(join(scratch.path, 'd'), 1.75, 1.75)
  const members = readMembers(await collect(packTree(scratch.path, { newestMtime: 2000 })))
  expect(
    members.map(({ path, type, mode, mtime, linkName }) => `${path} ${type} ${mode.toString(8)} ${mtime} ${linkName}`),
  ).toEqual([
    './a file 644 1000 ',
    './d/ directory 1777 1 ',
    './d/link hardlink 644 1000 ./a',
    './later file 644 2000 ',
    './sym symlink 777 9 /etc/\xc3\xa9',
    './z file 6711 1000 ',
  ])
})

test('packTree() passes files larger than its buffer on in pieces', async () => {
  using scratch = scratchDirectory()
  writeFileSync(join(scratch.path, 'small'), 'x')
  truncateSync(join(scratch.path, 'small'), 1_000_000)
  writeFileSync(join(scratch.path, 'zero'), '')
  writeFileSync(
    join(scratch.path, 'random'),
    Buffer.from(Array.from({ length: 600_000 }, (_, index) => (index * 7919) >> 3)),
  )
  const [random, small, zero] = readMembers(await collect(packTree(scratch.path)))
  expect(random?.content).toEqual(readFileSync(join(scratch.path, 'random')))
  expect(small?.content).toEqual(Buffer.concat([Buffer.from('x'), Buffer.alloc(999_999)]))
  expect(zero?.sizeBytes).toBe(0)
})

test('packTree() begins a new piece where a header does not fit', async () => {
  using scratch = scratchDirectory()
  for (let index = 0; index < 1100; index++) writeFileSync(join(scratch.path, `${index}`), index % 5 === 0 ? 'x' : '')
  const members = readMembers(await collect(packTree(scratch.path)))
  expect(members.length).toBe(1100)
  for (const { path, sizeBytes } of members) expect(sizeBytes).toBe(Number(path.slice(2)) % 5 === 0 ? 1 : 0)
})

test('packTree() refuses sockets and says where', async () => {
  using scratch = scratchDirectory()
  const server = createServer().listen(join(scratch.path, 'socket'))
  await new Promise((resolve) => server.once('listening', resolve))
  const error = await failureOf(() => collect(packTree(scratch.path)))
  server.close()
  expect(error.message).toBe(`Cannot pack "${scratch.path}/socket": a socket cannot be in a package`)
})

test('packTree() writes extended attributes sorted, once for a file with two names', async () => {
  using scratch = scratchDirectory()
  makeTree(scratch.path, ['f', 'plain'])
  linkSync(join(scratch.path, 'f'), join(scratch.path, 'link'))
  const found = new Map([
    ['user.z', '\n1\0\xff'],
    ['security.capability', '\x01\0\xff'],
    ['user.50%=half', ''],
  ])
  const xattrs = new Map(['/f', '/link'].map((path) => [textTreePath(path), found]))
  const members = readMembers(await collect(packTree(scratch.path, { xattrs })))
  expect(members.map(({ path, xattrs: written }) => [path, [...written]])).toEqual([
    [
      './f',
      [
        ['security.capability', '\x01\0\xff'],
        ['user.50%=half', ''],
        ['user.z', '\n1\0\xff'],
      ],
    ],
    ['./link', []],
    ['./plain', []],
  ])
})

test('tarHeader() says in a pax header what does not fit, and only that', () => {
  const common = { type: 'file', mode: 0o644, mtime: 5, sizeBytes: 0, linkName: '' } as const
  const paxOf = (path: string, rest: object = {}): string => {
    const header = tarHeader({ ...common, path, ...rest })
    return header.length === 512 ? '' : header.toString('latin1', 512, header.length - 512).replace(/\0.*$/s, '')
  }
  expect(paxOf(`./${'a'.repeat(98)}`)).toBe('')
  expect(paxOf(`./${'a'.repeat(100)}`)).toBe('')
  expect(paxOf(`./${'a'.repeat(101)}`)).toBe(`113 path=./${'a'.repeat(101)}\n`)
  expect(paxOf(`./${'a'.repeat(153)}/${'b'.repeat(100)}`)).toBe('')
  expect(paxOf(`./${'a'.repeat(154)}/b`)).toContain('path=')
  expect(paxOf(`./${'a'.repeat(110)}/`)).toContain('path=')
  expect(paxOf('./a', { sizeBytes: 0o77777777777 })).toBe('')
  expect(paxOf('./a', { sizeBytes: 0o100000000000 })).toBe('19 size=8589934592\n')
  expect(paxOf('./a', { type: 'symlink', linkName: 'l'.repeat(101) })).toContain('linkpath=')
})

test('packTree() and unpackTar() give back any tree without line breaks in its names', async () => {
  const byte = fc
    .integer({ min: 1, max: 255 })
    .filter((code) => code !== 0x2f && code !== 0x0a)
    .map((code) => String.fromCharCode(code))
  const name = fc.string({ unit: byte, minLength: 1, maxLength: 120 }).filter((text) => text !== '.' && text !== '..')
  const file = fc.record({
    directories: fc.array(name, { maxLength: 3 }),
    name,
    content: fc.string({ maxLength: 2000 }),
    mode: fc.integer({ min: 0, max: 0o7777 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 5 }), async (files) => {
      using tree = scratchDirectory()
      using copy = scratchDirectory()
      for (const { directories, name: last, content, mode } of files) {
        const below = Buffer.from(['', ...directories].join('/'), 'latin1')
        const target = Buffer.concat([Buffer.from(tree.path), below, Buffer.from(`/${last}`, 'latin1')])
        try {
          mkdirSync(Buffer.concat([Buffer.from(tree.path), below]), { recursive: true })
          writeFileSync(target, content)
          chmodSync(target, mode | 0o400)
          utimesSync(target, content.length, content.length)
        } catch {
          // A name is a file in one path and a directory in another.
        }
      }
      const bytes = await collect(packTree(tree.path))
      await unpackTar(inChunks(bytes, 999), copy.path, { archive: 'x.tar', kind: 'artifact' })
      expect(listTree(copy.path)).toEqual(listTree(tree.path))
    }),
    { numRuns: 60 },
  )
})

test.skipIf(!hasProgram('tar'))('packTree() writes what GNU tar unpacks to the same tree', async () => {
  using scratch = scratchDirectory()
  using copy = scratchDirectory()
  makeTree(scratch.path, names)
  linkSync(join(scratch.path, 'usr/bin/a'), join(scratch.path, 'usr/zlink'))
  utimesSync(join(scratch.path, 'usr'), 1000, 1000)
  await Bun.write(join(copy.path, 'x.tar'), await collect(packTree(scratch.path)))
  mkdirSync(join(copy.path, 'out'))
  sh(['tar', '--no-same-owner', '-xpf', '../x.tar'], { cwd: join(copy.path, 'out') })
  expect(listTree(join(copy.path, 'out'))).toEqual(listTree(scratch.path))
  const listing = sh(['tar', '--numeric-owner', '-tvf', join(copy.path, 'x.tar')]).toString('latin1')
  expect(listing.split('\n')[0]).toMatch(/^drwxr-xr-x 0\/0 /)
})

test.skipIf(!hasProgram('python3'))("packTree() writes what Python's tarfile reads", async () => {
  using scratch = scratchDirectory()
  using copy = scratchDirectory()
  makeTree(scratch.path, names)
  linkSync(join(scratch.path, 'usr/bin/a'), join(scratch.path, 'usr/zlink'))
  const file = join(copy.path, 'x.tar')
  await Bun.write(file, await collect(packTree(scratch.path)))
  const program = [
    'import sys, tarfile, os',
    'for m in tarfile.open(sys.argv[1], errors="surrogateescape"):',
    '  sys.stdout.buffer.write(b"%d %s %s %s\\n" % (m.isdir(), os.fsencode(m.name), m.uname.encode(), os.fsencode(m.linkname)))',
  ].join('\n')
  const lines = sh(['python3', '-X', 'utf8', '-c', program, file]).toString('latin1').trim().split('\n')
  const expected = readMembers(readFileSync(file)).map(
    ({ path, type, linkName }) => `${type === 'directory' ? 1 : 0} ${path.replace(/\/$/, '')} root ${linkName}`,
  )
  expect(lines.map((line) => line.trimEnd())).toEqual(expected.map((line) => line.trimEnd()))
})

test('packArtifact() writes a tarball complete or not at all, and unpackArtifact() reads it', async () => {
  using scratch = scratchDirectory()
  const tree = join(scratch.path, 'tree')
  makeTree(scratch.path, ['tree/', 'tree/usr/', 'tree/usr/f', 'out/'])
  for (const compression of ['gz', 'zst'] as const) {
    const file = join(scratch.path, `p@1-1.tar.${compression}`)
    const sizeBytes = await packArtifact(tree, file, { compression })
    const again = join(scratch.path, `q@1-1.tar.${compression}`)
    await packArtifact(tree, again, { compression })
    expect(readFileSync(file)).toEqual(readFileSync(again))
    expect(sizeBytes).toBe(readFileSync(file).length)
    await unpackArtifact(file, join(scratch.path, 'out'))
    expect(listTree(join(scratch.path, 'out'))).toEqual(listTree(tree))
  }
  const error = await failureOf(() =>
    packArtifact(join(scratch.path, 'none'), join(scratch.path, 'r@1-1.tar.gz'), { compression: 'gz' }),
  )
  expect(error.code).toBe('io-failed')
  expect(Object.keys(listTree(scratch.path)).filter((path) => path.includes('r@1') || path.includes('.part'))).toEqual(
    [],
  )
})

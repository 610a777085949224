import { expect, test } from 'bun:test'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { collect, failureOf, hasProgram, inChunks, listTree, rawArchive, scratchDirectory } from './archive-fixtures.ts'
import { type ArchiveCompression, compressor, decompressor } from './compress.ts'
import { packArtifact } from './pack-artifact.ts'
import { throughProgram } from './program-filter.ts'
import { unpackArchive } from './unpack-archive.ts'
import { unpackArtifact } from './unpack-artifact.ts'
import { wholeZstdFrames } from './zstd-frames.ts'

const options = { archive: 'x.tar' }
const programs: Readonly<Record<ArchiveCompression, string | undefined>> = {
  gz: undefined,
  zst: undefined,
  bz2: 'bzip2',
  xz: 'xz',
  lz: 'lzip',
  lzma: 'xz',
}
const isMissing = (compression: ArchiveCompression): boolean => {
  const program = programs[compression]
  return program !== undefined && !hasProgram(program)
}

/** Neither very regular nor random. */
const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919 + (index >> 5) * 31) & 0xff))

for (const compression of ['gz', 'zst', 'bz2', 'xz', 'lz', 'lzma'] as const)
  test.skipIf(isMissing(compression))(
    `compressor() and decompressor() are inverse, repeatable and notice truncation: ${compression}`,
    async () => {
      const pack = (): Promise<Buffer> => collect(compressor(compression, options)(inChunks(content, 70_000)))
      const unpack = (bytes: Uint8Array): Promise<Buffer> =>
        collect(decompressor(compression, options)(inChunks(bytes, 50_000)))
      const packed = await pack()
      expect(packed.length).toBeLessThan(content.length)
      expect(await pack()).toEqual(packed)
      expect(await unpack(packed)).toEqual(content)
      for (const length of [0, 3, 10, packed.length >> 1, packed.length - 5, packed.length - 1]) {
        const error = await failureOf(() => unpack(packed.subarray(0, length)))
        expect(error.code).toBe('archive-invalid')
      }
      expect((await failureOf(() => unpack(Buffer.from('no archive at all')))).code).toBe('archive-invalid')
      const flipped = Buffer.from(packed)
      flipped[packed.length >> 1] = 255 - (packed[packed.length >> 1] ?? 0)
      expect((await failureOf(() => unpack(flipped))).code).toBe('archive-invalid')
    },
  )

test('decompressor() reads all members of gzip and all frames of zstd', async () => {
  const parts = ['one ', 'two ', 'three']
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9])
  const gz = Buffer.concat(parts.map((part) => gzipSync(part)))
  const zst = Buffer.concat(parts.flatMap((part) => [zstdCompressSync(part), skippable]))
  for (const length of [1, 7, 1000]) {
    expect((await collect(decompressor('gz', options)(inChunks(gz, length)))).toString()).toBe('one two three')
    expect((await collect(decompressor('zst', options)(inChunks(zst, length)))).toString()).toBe('one two three')
  }
})

test('decompressor() refuses what follows a zstd frame and is none', async () => {
  const bytes = Buffer.concat([zstdCompressSync('one'), Buffer.from('garbage')])
  const error = await failureOf(() => collect(decompressor('zst', options)(inChunks(bytes))))
  expect(error.message).toContain('something else follows')
})

test('wholeZstdFrames() accepts whole frames of any content and level, and no cut ones', async () => {
  const level = fc.constantFrom(-5, 1, 3, 9)
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.nat(400_000).map((length) => new Uint8Array(length)),
  )
  await fc.assert(
    fc.asyncProperty(
      bytes,
      level,
      fc.boolean(),
      fc.integer({ min: 1, max: 5000 }),
      fc.nat(),
      async (input, one, isSummed, chunk, cut) => {
        const frame = zstdCompressSync(input, { params: { 100: one, 201: isSummed ? 1 : 0 } })
        expect(await collect(wholeZstdFrames(inChunks(frame, chunk), 'x'))).toEqual(frame)
        const part = frame.subarray(0, cut % frame.length)
        expect((await failureOf(() => collect(wholeZstdFrames(inChunks(part, chunk), 'x')))).code).toBe(
          'archive-invalid',
        )
      },
    ),
    { numRuns: 200 },
  )
})

test('decompressor() and compressor() name the programs that are missing', async () => {
  for (const [compression, program] of [
    ['lz', 'lzip or plzip'],
    ['xz', 'xz'],
    ['lzma', 'xz or lzma'],
  ] as const) {
    const none = { archive: 'x.tar', searchPath: '/nonexistent' }
    const error = await failureOf(() => collect(compressor(compression, none)(inChunks(content))))
    expect(error.message).toContain(`Cannot run "${program}"`)
    expect((await failureOf(() => collect(decompressor(compression, none)(inChunks(content))))).code).toBe(
      'program-missing',
    )
  }
})

test('compressor() and decompressor() pass errors of their source on', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(100_000)
    throw new Error('the source broke')
  }
  for (const compression of ['gz', 'zst', ...(hasProgram('xz') ? (['xz'] as const) : [])] as const)
    await expect(collect(compressor(compression, options)(broken()))).rejects.toThrow('the source broke')
})

test('decompressor() holds no more than a few chunks while its reader is slow', () => {
  const compressions = ['gz', 'zst', ...(hasProgram('xz') ? ['xz'] : [])]
  const script = join(import.meta.dir, 'slow-reader-fixture.ts')
  for (const compression of compressions) {
    const { stdout, stderr } = Bun.spawnSync([process.execPath, script, compression])
    expect(stderr.toString()).toBe('')
    const [paused, ended] = JSON.parse(stdout.toString())
    expect(paused).toBeLessThan(48)
    expect(ended).toBeLessThan(160)
  }
}, 60_000)

test('decompressor() ends the program when its reader stops', async () => {
  if (!hasProgram('xz')) return
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield content
  }
  for await (const _ of compressor('xz', options)(endless())) break
})

test('unpackArchive() goes by the suffix, unpacks, strips and tells the newest time', async () => {
  using scratch = scratchDirectory()
  const tar = rawArchive(
    { name: 'foo-1/', type: '5', mode: 0o755, mtime: 5 },
    { name: 'foo-1/a', mtime: 7, content: 'x' },
  )
  const cases = [
    ['a.tar', tar],
    ['a.tgz', gzipSync(tar)],
    ['a.tar.zst', zstdCompressSync(tar)],
    ...(hasProgram('bzip2') ? [['a.tbz', await collect(compressor('bz2', options)(inChunks(tar)))] as const] : []),
    ...(hasProgram('xz') ? [['a.txz', await collect(compressor('xz', options)(inChunks(tar)))] as const] : []),
  ] as const
  for (const [fileName, bytes] of cases) {
    const path = join(scratch.path, 'download')
    const target = join(scratch.path, `to-${fileName}`)
    writeFileSync(path, bytes)
    mkdirSync(target)
    expect(await unpackArchive({ path, fileName }, target)).toBe(7)
    expect(listTree(target)).toEqual({ '/a': '644 7 1 x1' })
  }
  const path = join(scratch.path, 'download')
  const error = await failureOf(() => unpackArchive({ path, fileName: 'a.tar.br' }, scratch.path))
  expect(error.message).toContain('suffix')
})

test('an artifact with 512 MiB of zeros, such as a disk image, can be packed and unpacked again', async () => {
  using scratch = scratchDirectory()
  const [tree, target] = [join(scratch.path, 'tree'), join(scratch.path, 'target')]
  for (const directory of [tree, target]) mkdirSync(directory)
  writeFileSync(join(tree, 'image'), '')
  truncateSync(join(tree, 'image'), 1 << 29)
  const file = join(scratch.path, 'image@1-1.tar.zst')
  await packArtifact(tree, file, { compression: 'zst' })
  const { totalBytes } = await unpackArtifact(file, target)

  expect(totalBytes).toBe(1 << 29)
}, 60_000)

test.skipIf(!hasProgram('python3'))(
  'attack: what is compressed wants more memory than any format needs (skipped without python3)',
  async () => {
    const greedy = ['python3', '-c', 'import sys; sys.stdin.read(); bytearray(3 << 30)']
    const options = { candidates: [greedy], purpose: 'unpack', archive: 'x.tar.lz', searchPath: process.env.PATH ?? '' }

    const error = await failureOf(() => collect(throughProgram(inChunks(Buffer.from('x')), options)))

    expect(error.code).toBe('archive-invalid')
  },
)

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDirectory, makeSymlink, makeTemporaryDirectory, readText, removeTree, writeFileAtomic } from '../files.ts'
import { packArtifact } from './pack-artifact.ts'
import { readMember } from './read-member.ts'

let scratch: string
beforeEach(() => {
  scratch = makeTemporaryDirectory(tmpdir(), 'kith-member-')
})
afterEach(() => removeTree(scratch))

async function pack(compression: 'zst' | 'gz'): Promise<string> {
  const tree = join(scratch, 'tree')
  makeDirectory(join(tree, 'a/b'))
  writeFileAtomic(join(tree, 'a/b/wanted'), 'first\nsecond\n')
  writeFileAtomic(join(tree, 'a/large'), 'x'.repeat(1 << 20))
  makeSymlink('b/wanted', join(tree, 'a/link'))
  const file = join(scratch, `x@1-1.tar.${compression}`)
  await packArtifact(tree, file, { compression, newestMtime: 1e9 })
  return file
}

test.each(['zst', 'gz'] as const)('readMember() gives one file of a tarball (%s)', async (compression) => {
  const file = await pack(compression)

  expect(await readMember(file, { path: 'a/b/wanted', mostBytes: 100 })).toBe('first\nsecond\n')
})

test('readMember() gives nothing for what is not there, too large or no regular file', async () => {
  const file = await pack('zst')

  expect(await readMember(file, { path: 'a/b/other', mostBytes: 100 })).toBeUndefined()
  expect(await readMember(file, { path: 'a/large', mostBytes: 100 })).toBeUndefined()
  expect(await readMember(file, { path: 'a/link', mostBytes: 100 })).toBeUndefined()
  expect(await readMember(file, { path: 'a', mostBytes: 100 })).toBeUndefined()
})

test('readMember() throws archive-invalid for a damaged tarball', async () => {
  const file = await pack('gz')
  writeFileAtomic(file, readText(file).slice(0, 40))

  await expect(readMember(file, { path: 'a/b/wanted', mostBytes: 100 })).rejects.toMatchObject({
    code: 'archive-invalid',
  })
})

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PackageOffers, printOffers } from '../model/offers.ts'
import { parsePackageName } from '../model/package-name.ts'
import {
  linkInfo,
  makeDirectory,
  makeEmptyFile,
  makeSymlink,
  makeTemporaryDirectory,
  readDirectory,
  readText,
  removeTree,
  writeFileAtomic,
} from '../system/files.ts'
import { artifactDirectory, findArtifact, readOffersBeside, storeArtifact } from './artifact-cache.ts'

let cache: string
beforeEach(() => {
  cache = makeTemporaryDirectory(tmpdir(), 'kith-artifacts-')
})
afterEach(() => removeTree(cache))

const name = parsePackageName('zlib')
const version = { version: '1.3', release: '2' }
const put = (file: string): string => {
  const path = join(artifactDirectory(cache), file)
  makeEmptyFile(path)
  return path
}

test('findArtifact() wants exactly this version and release', () => {
  for (const other of ['zlib@1.3-1.tar.zst', 'zlib@1.3.1-2.tar.zst', 'zlib@1.3-2.tar.zst.part', 'xzlib@1.3-2.tar.zst'])
    put(other)

  expect(findArtifact(cache, name, version, 'zst')).toBeUndefined()
  const path = put('zlib@1.3-2.tar.zst')
  expect(findArtifact(cache, name, version, 'zst')).toBe(path)
})

test('findArtifact() takes any compression, the preferred one first', () => {
  const gz = put('zlib@1.3-2.tar.gz')
  expect(findArtifact(cache, name, version, 'zst')).toBe(gz)

  const xz = put('zlib@1.3-2.tar.xz')
  expect(findArtifact(cache, name, version, 'xz')).toBe(xz)
})

test('findArtifact() does not take a directory for a tarball', () => {
  makeDirectory(join(artifactDirectory(cache), 'zlib@1.3-2.tar.zst'))

  expect(findArtifact(cache, name, version, 'zst')).toBeUndefined()
})

const none: PackageOffers = { offers: [], needs: [] }
const offers: PackageOffers = { offers: [{ kind: 'so', name: 'libz.so.1' }], needs: [{ kind: 'pc', name: 'foo' }] }

test('storeArtifact() writes the hash of the tarball beside it, as sha256sum has it', async () => {
  const built = join(cache, 'built')
  for (const content of ['first', 'second']) {
    writeFileAtomic(built, content)
    await storeArtifact(built, join(artifactDirectory(cache), 'zlib@1.3-2.tar.zst'), offers)
  }

  const checked = Bun.spawnSync(['sha256sum', '--strict', '-c', 'zlib@1.3-2.tar.zst.sha256'], {
    cwd: artifactDirectory(cache),
  })
  expect(checked.stdout.toString()).toBe('zlib@1.3-2.tar.zst: OK\n')
  expect(readDirectory(artifactDirectory(cache))).toEqual([
    'zlib@1.3-2.tar.zst',
    'zlib@1.3-2.tar.zst.offers',
    'zlib@1.3-2.tar.zst.sha256',
  ])
})

test('readOffersBeside() gives what was stored with a tarball, and nothing where another one has come', async () => {
  const file = join(artifactDirectory(cache), 'zlib@1.3-2.tar.zst')
  writeFileAtomic(join(cache, 'built'), 'first')
  await storeArtifact(join(cache, 'built'), file, offers)
  expect(printOffers(readOffersBeside(file) ?? none)).toBe(printOffers(offers))

  writeFileAtomic(`${file}.sha256`, `${'0'.repeat(64)}  zlib@1.3-2.tar.zst\n`)
  expect(readOffersBeside(file)).toBeUndefined()
})

test('attack: links at the names that a tarball and its hash will have lead nowhere', async () => {
  const victim = join(cache, 'victim')
  writeFileAtomic(victim, 'precious')
  const file = join(artifactDirectory(cache), 'zlib@1.3-2.tar.zst')
  for (const name of [file, `${file}.sha256`, `${file}.offers`]) makeSymlink(victim, name)
  writeFileAtomic(join(cache, 'built'), 'new')

  await storeArtifact(join(cache, 'built'), file, offers)

  expect(readText(victim)).toBe('precious')
  expect(readText(file)).toBe('new')
  for (const beside of ['sha256', 'offers']) expect(linkInfo(`${file}.${beside}`)?.kind).toBe('file')
})

test('attack: what a build leaves as its tarball is a link to a file of the host, or nothing', async () => {
  const file = join(artifactDirectory(cache), 'zlib@1.3-2.tar.zst')
  makeSymlink('/etc/shadow', join(cache, 'built'))

  for (const built of ['built', 'nothing'])
    await expect(storeArtifact(join(cache, built), file, offers)).rejects.toThrow('no regular file')
  expect(readDirectory(artifactDirectory(cache)) ?? []).toEqual([])
})

import { expect, test } from 'bun:test'
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { textTreePath } from '../../model/tree-path.ts'
import { readXattr } from '../../native/xattr.ts'
import { readTreeXattrs, type Xattrs } from '../file-xattrs.ts'
import {
  collect,
  failureOf,
  hasProgram,
  inChunks,
  type RawMember,
  rawArchive,
  rawMember,
  scratchDirectory,
  sh,
} from './archive-fixtures.ts'
import { memberXattrsFault, parseXattrRecords, printXattrRecords } from './member-xattrs.ts'
import { packTree } from './pack-tree.ts'
import { printPaxRecords } from './pax-records.ts'
import { type UnpackOptions, unpackTar } from './unpack-tar.ts'

const isRoot = process.getuid?.() === 0
const netRaw = Buffer.from('0100000200200000000000000000000000000000', 'hex').toString('latin1')
const path = textTreePath('/f')

/** A member with a pax header for these attributes before it. */
function withXattrs(xattrs: Readonly<Record<string, string>>, member: RawMember = { name: 'f', content: 'x' }): Buffer {
  const content = printPaxRecords(Object.entries(xattrs).map(([name, value]) => [`SCHILY.xattr.${name}`, value]))
  return Buffer.concat([rawMember({ name: 'x', type: 'x', content }), rawMember(member)])
}

async function unpack(archive: Buffer, directory: string, keeps: Partial<UnpackOptions> = { keepsXattrs: true }) {
  return await unpackTar(inChunks(archive), directory, { archive: 'test.tar', kind: 'artifact', ...keeps })
}

async function refusalOf(member: Buffer): Promise<string> {
  using scratch = scratchDirectory()
  return (await failureOf(() => unpack(rawArchive(member), scratch.path, {}))).message
}

test('parseXattrRecords() reads what printXattrRecords() wrote, whatever the names are', () => {
  const name = fc.string({ unit: fc.constantFrom('a', '%', '=', '2', '5', '3', 'D', '\xff'), minLength: 1 })
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
      const xattrs: Xattrs = new Map(pairs)
      const records = printXattrRecords(xattrs)

      expect(records.every(([key]) => !key.includes('='))).toBe(true)
      expect(new Map(parseXattrRecords(new Map(records)))).toEqual(new Map(xattrs))
    }),
  )
})

test('unpackTar() gives a file its attributes when content and mode are there, also one that its owner may not write', async () => {
  using scratch = scratchDirectory()
  const archive = rawArchive(
    withXattrs({ 'user.b': '\0\n\xff', 'user.a': '' }, { name: 'f', content: 'text', mode: 0o444, mtime: 7 }),
    { name: 'after' },
  )
  const { refusedXattrs } = await unpack(archive, scratch.path)
  const { mode, mtimeMs } = lstatSync(join(scratch.path, 'f'))

  expect(refusedXattrs).toEqual([])
  expect([...readTreeXattrs(scratch.path, path)]).toEqual([
    ['user.a', ''],
    ['user.b', '\0\n\xff'],
  ])
  expect([(mode & 0o7777).toString(8), mtimeMs]).toEqual(['444', 7000])
  expect(readTreeXattrs(scratch.path, textTreePath('/after')).size).toBe(0)
})

test.skipIf(!isRoot)(
  'unpackTar() gives capabilities, to both names and beside setuid, and takes them back with the file (skipped: only root can)',
  async () => {
    using scratch = scratchDirectory()
    const capability = { 'security.capability': netRaw }
    const { contents } = await unpack(
      rawArchive(
        withXattrs(capability, { name: 'f', content: 'x', mode: 0o4711 }),
        { name: 'link', type: '1', linkName: 'f' },
        withXattrs(capability, { name: 'replaced', content: 'x' }),
        { name: 'replaced', content: 'y' },
      ),
      scratch.path,
      { keepsXattrs: true, keepsContents: true },
    )

    const capabilities = [...contents].map(([at, content]) => [at, content.kind === 'file' && content.capability])
    expect(capabilities).toEqual([
      [path, netRaw],
      [textTreePath('/link'), netRaw],
      [textTreePath('/replaced'), undefined],
    ])
    expect(readTreeXattrs(scratch.path, path).get('security.capability')).toBe(netRaw)
    expect(lstatSync(join(scratch.path, 'f')).mode & 0o7777).toBe(0o4711)
    expect(readTreeXattrs(scratch.path, textTreePath('/replaced')).size).toBe(0)
  },
)

test('unpackTar() sets no attributes unless asked, and none of directories', async () => {
  using scratch = scratchDirectory()
  const archive = rawArchive(withXattrs({ 'user.a': '1' }), withXattrs({ 'user.a': '1' }, { name: 'd/', type: '5' }))
  await unpack(archive, scratch.path, {})
  expect(readTreeXattrs(scratch.path, path).size).toBe(0)
  await unpack(archive, scratch.path)
  expect(readTreeXattrs(scratch.path, path).size).toBe(1)
  const directory = openSync(join(scratch.path, 'd'), 'r')
  expect(readXattr(directory, 'user.a')).toBeUndefined()
  closeSync(directory)
})

test('attack: an artifact brings attributes that describe the system or are not well-formed', async () => {
  const refused: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ 'security.selinux': 'x' }, 'the attribute "security.selinux", which no package may bring'],
    [{ 'trusted.overlay.opaque': 'y' }, 'which no package may bring'],
    [{ 'user.overlay.redirect': '/etc' }, 'which no package may bring'],
    [{ 'system.posix_acl_access': 'x' }, 'which no package may bring'],
    [{ 'user.': 'x' }, 'which no package may bring'],
    [{ '': 'x' }, 'which no package may bring'],
    [{ [`user.${'n'.repeat(251)}`]: 'x' }, 'an impossible name'],
    [{ 'user.a\0b': 'x' }, 'an impossible name'],
    [{ 'user.a': 'x'.repeat(65_537) }, 'an attribute of 65537 bytes'],
    [Object.fromEntries([1, 2, 3, 4, 5].map((one) => [`user.${one}`, 'x'.repeat(60_000)])), 'bytes of attributes'],
    [{ 'security.capability': 'x' }, 'malformed capabilities'],
    [{ 'security.capability': '' }, 'malformed capabilities'],
    [{ 'security.capability': `${netRaw}\0` }, 'malformed capabilities'],
  ]
  for (const [xattrs, reason] of refused) expect(await refusalOf(withXattrs(xattrs))).toContain(reason)
  const onDirectory = withXattrs({ 'security.capability': netRaw }, { name: 'd/', type: '5' })
  expect(await refusalOf(onDirectory)).toContain('capabilities without being a file')
})

test('memberXattrsFault() takes capabilities of revision 3, as other programs pack them', () => {
  const ofUser = Buffer.from('0100000300200000000000000000000000000000feff0000', 'hex').toString('latin1')
  expect(memberXattrsFault({ type: 'file', xattrs: new Map([['security.capability', ofUser]]) })).toBeUndefined()
})

test('sources give nobody attributes, and are not refused for them', async () => {
  using scratch = scratchDirectory()
  const archive = rawArchive(withXattrs({ 'security.selinux': 'x', 'user.a': '1' }))
  await unpackTar(inChunks(archive), scratch.path, { archive: 'test.tar', kind: 'source' })
  expect(readTreeXattrs(scratch.path, path).size).toBe(0)
})

test.skipIf(!hasProgram('tar'))(
  'tar of GNU and busybox read artifacts with attributes without a word, and GNU tar sets them when asked (skipped without tar)',
  async () => {
    using scratch = scratchDirectory()
    const [tree, out] = [join(scratch.path, 'tree'), join(scratch.path, 'out')]
    for (const directory of [tree, out]) mkdirSync(directory)
    await Bun.write(join(tree, 'f'), 'text')
    const own = isRoot ? [['security.capability', netRaw] as const] : []
    const xattrs = new Map([[path, new Map([['user.a=b%', 'one\n'], ...own])]])
    const file = join(scratch.path, 'x.tar')
    await Bun.write(file, await collect(packTree(tree, { xattrs })))
    const busybox = hasProgram('busybox') ? [['busybox', 'tar']] : []
    for (const tar of [['tar'], ...busybox]) {
      const { exitCode, stderr, stdout } = Bun.spawnSync([...tar, '-tvf', file])
      expect([tar, exitCode, stderr.toString()]).toEqual([tar, 0, ''])
      expect(stdout.toString()).toContain('./f')
    }
    sh(['tar', '--xattrs', '--xattrs-include=*', '-xf', file, '-C', out])

    expect(readFileSync(join(out, 'f'), 'utf8')).toBe('text')
    expect(readTreeXattrs(out, path)).toEqual(new Map([...own, ['user.a=b%', 'one\n']]))
  },
)

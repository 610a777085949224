import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join, relative } from 'node:path'
import type { KithError } from '../../src/errors/kith-error.ts'
import { type PackageName, parsePackageName } from '../../src/model/package-name.ts'
import { installPackages } from '../../src/store/install-packages.ts'
import { type StagedPackage, stageArtifact } from '../../src/store/staging.ts'
import { testContext } from '../../src/store/store-fixture.ts'
import { failureOf, type RawMember } from '../../src/system/archive/archive-fixtures.ts'
import { openUnchanging } from '../../src/system/unchanging-file.ts'
import { isRoot, openWorld } from '../cli-fixture.ts'
import { type ArtifactSpec, writeArtifact } from './artifact.ts'
import { type Canary, openCanary, secret } from './canary.ts'

/**
 * Attacks on other package managers and unpackers, tried on this one: an artifact is staged by its confined process, in a root that
 * lies among files which must stay as they are.
 */
let canary: Canary
beforeEach(() => {
  canary = openCanary()
})
afterEach(() => {
  canary[Symbol.dispose]()
})

/** Where an installation unpacks the package `evil`. */
const stagingPlace = 'var/db/kiss/.kith/staging/tree/evil/root'

/** `file` of the canary, or another path, as a link in the staging directory would have to lead there. */
const wayOut = (to = canary.file): string => relative(join(canary.root, stagingPlace), to)

function write(spec: Partial<ArtifactSpec> & Pick<ArtifactSpec, 'members'>): string {
  using place = { path: fs.mkdtempSync('/tmp/kith-attack-'), [Symbol.dispose]: () => undefined }
  scratch.push(place.path)
  return writeArtifact(place.path, { name: 'evil', ...spec })
}
const scratch: string[] = []
afterEach(() => {
  for (const path of scratch.splice(0)) fs.rmSync(path, { recursive: true, force: true })
})

async function stage(artifact: string): Promise<StagedPackage> {
  const directory = join(canary.root, stagingPlace)
  fs.rmSync(directory, { recursive: true, force: true })
  fs.mkdirSync(directory, { recursive: true })
  return await stageArtifact(artifact, directory, false)
}

/** Stages an artifact that must be refused, and gives why. */
async function refusalOf(artifact: string): Promise<KithError> {
  const error = await failureOf(() => stage(artifact))
  expect(canary.changes()).toEqual([])
  return error
}

async function refusedMembers(...members: readonly RawMember[]): Promise<string> {
  return (await refusalOf(write({ members }))).message
}

async function install(...artifacts: readonly string[]): Promise<void> {
  const named = new Map(artifacts.map((one) => [parsePackageName(/([^/]+)@/.exec(one)?.[1] ?? ''), one]))
  const settings = { root: canary.root, isForced: false, refusesConflicts: false, environment: {} }
  const request = { names: [...named.keys()], artifactOf: (name: PackageName) => named.get(name) }
  await installPackages(request, settings, testContext().context)
}

describe('apko', () => {
  test('CVE-2026-42574: a link out of the root, then a directory and a file by way of it', async () => {
    for (const to of [wayOut(canary.outside), canary.outside])
      for (const next of [
        { name: 'way/new/', type: '5' },
        { name: 'way/new', content: 'owned' },
        { name: 'way/file', content: 'owned' },
        { name: 'way/pipe', type: '6' },
        { name: 'way/link', type: '2', linkName: 'x' },
      ])
        expect(await refusedMembers({ name: 'way', type: '2', linkName: to }, next)).toContain('behind a symlink')
  })

  test('CVE-2026-42574: the link comes in one package, the file by way of it in the next', async () => {
    const to = relative(join(canary.root, 'opt'), canary.outside)
    const planted = write({ name: 'first', members: [{ name: 'opt/way', type: '2', linkName: to }] })
    const later = write({ name: 'second', members: [{ name: 'opt/way/file', content: 'owned', mode: 0o4755 }] })
    await install(planted)

    await install(later).catch(() => {})
    await install(planted, later).catch(() => {})

    expect(canary.changes()).toEqual([])
    expect(fs.readlinkSync(join(canary.root, 'opt/way'))).toBe(to)
  })

  test('CVE-2026-42575: the package was exchanged, and its hash is known but not compared', async () => {
    const artifact = write({ members: [{ name: 'usr/bin/tool', content: 'good' }] })
    const hash = new Bun.CryptoHasher('sha256').update(fs.readFileSync(artifact)).digest('hex')
    fs.writeFileSync(`${artifact}.sha256`, `${hash}  evil@1-1.tar.gz\n`)
    fs.copyFileSync(write({ members: [{ name: 'usr/bin/tool', content: 'owned' }] }), artifact)

    const error = await refusalOf(artifact)

    expect(error.code).toBe('artifact-altered')
    expect(error.message).toContain(hash)
  })
})

describe('node-tar', () => {
  test('CVE-2026-23745: hard links to absolute paths and above the root, and writing through them', async () => {
    for (const linkName of [canary.file, wayOut(), `usr/../${wayOut()}`, './/../x', '/etc/passwd'])
      expect(await refusedMembers({ name: 'l', type: '1', linkName }, { name: 'l', content: 'owned' })).toMatch(
        /absolute|lies outside|no earlier file/,
      )
  })

  test('CVE-2026-23745: an absolute symlink, written through by a file of its name', async () => {
    const members = [
      { name: 'l', type: '2', linkName: canary.file },
      { name: 'l', content: 'owned' },
    ]
    const staged = await stage(write({ members }))

    expect(fs.readFileSync(join(staged.directory, 'l'), 'utf8')).toBe('owned')
    expect(fs.lstatSync(join(staged.directory, 'l')).isFile()).toBe(true)
    expect(canary.changes()).toEqual([])
  })

  test('CVE-2026-23950: names that differ in letter case or Unicode form only, one a link, one a directory', async () => {
    const pairs = [
      ['collision_ss', 'collision_\xc3\x9f'],
      ['caf\xc3\xa9', 'cafe\xcc\x81'],
      ['Link', 'link'],
    ] as const
    for (const [one, other] of pairs) {
      const members = [
        { name: one, type: '2', linkName: wayOut(canary.outside) },
        { name: `${other}/file`, content: 'owned' },
      ]
      // Two names here; one where the file system says so, and then refused (extraction.test.ts).
      const staged = await stage(write({ members }))

      expect(staged.entries.length).toBeGreaterThan(0)
      expect(canary.changes()).toEqual([])
    }
  })

  test('CVE-2026-24842: a hard link that stays inside seen from its own directory, and leaves the root seen from there', async () => {
    for (const depth of [1, 4, 12]) {
      const name = `${'d/'.repeat(depth)}x`
      const linkName = `${'../'.repeat(depth)}${wayOut()}`

      expect(await refusedMembers({ name, type: '1', linkName }, { name, content: 'owned' })).toContain('lies outside')
    }
  })

  test('CVE-2026-26960: a hard link by way of a chain of symlinks', async () => {
    const chain = [
      { name: 'a/b/c/', type: '5' },
      { name: 'a/b/c/up', type: '2', linkName: '../..' },
      { name: 'a/b/up', type: '2', linkName: `c/up/${wayOut(canary.directory)}` },
    ]
    for (const linkName of ['a/b/up/outside/file', 'a/b/c/up/b/up/file', 'a/b/up/../outside/file'])
      expect(await refusedMembers(...chain, { name: 'stolen', type: '1', linkName })).toMatch(
        /no earlier file|lies outside/,
      )
  })

  test('a hard link to a symlink is the link itself, never what it leads to', async () => {
    const members = [
      { name: 'l', type: '2', linkName: canary.file },
      { name: 'h', type: '1', linkName: 'l' },
      { name: 'h', content: 'owned' },
    ]
    const staged = await stage(write({ members }))

    expect(fs.readlinkSync(join(staged.directory, 'l'))).toBe(canary.file)
    expect(canary.changes()).toEqual([])
  })
})

describe('dpkg', () => {
  test.skipIf(!isRoot)(
    'CVE-2025-6297: directories that an ordinary user may not empty are left behind (skipped: only root can be another user)',
    async () => {
      using world = openWorld()
      fs.chmodSync(world.directory, 0o755)
      const closed: RawMember[] = [0o000, 0o555, 0o311].flatMap((mode, index) => [
        { name: `d${index}/`, type: '5', mode },
        { name: `d${index}/deep/`, type: '5', mode },
        { name: `d${index}/deep/f`, content: 'x'.repeat(5000), mode: 0 },
      ])
      // It is refused only after all of that was unpacked.
      const artifact = write({ members: closed, listed: ['/not/there'] })
      fs.chmodSync(join(artifact, '..'), 0o755)
      Bun.spawnSync(['chown', '-R', '65534:65534', world.directory])

      const under = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
      const { status, stderr } = await world.runWith({ under }, 'install', artifact)

      expect(stderr).toContain('/not/there')
      expect(status).toBe(1)
      expect(fs.readdirSync(join(world.root, 'var/db/kiss/.kith'))).toEqual(['history'])
      expect(world.leftovers()).toEqual([])
    },
  )
})

describe('Nix', () => {
  test('CVE-2024-27297: somebody keeps a file open for writing that is checked, and changes it then', async () => {
    const artifact = write({ members: [{ name: 'usr/bin/tool', content: 'good' }] })
    const evil = fs.readFileSync(write({ members: [{ name: 'usr/bin/tool', content: 'owned' }] }))
    const good = fs.readFileSync(artifact)
    const writer = fs.openSync(artifact, 'r+')
    try {
      using file = await openUnchanging(artifact, join(canary.root, 'copy'))
      const hash = await file.hash()
      fs.writeSync(writer, evil, 0, evil.length, 0)
      const read = Buffer.alloc(good.length)
      fs.readSync(file.fd, read, 0, read.length, 0)

      expect(hash).toBe(new Bun.CryptoHasher('sha256').update(good).digest('hex'))
      expect(read.equals(good)).toBe(true)
    } finally {
      fs.closeSync(writer)
    }
  })

  test('CVE-2026-39860: links wait where copies will be written', async () => {
    const artifact = write({ members: [{ name: 'usr/bin/tool', content: 'good' }] })
    fs.symlinkSync(canary.file, `${artifact}.sha256`)
    const database = join(canary.root, 'var/db/kiss')
    fs.mkdirSync(database, { recursive: true })
    // The name of the copy cannot be known; these are what a copy at a known name would follow.
    fs.symlinkSync(canary.file, join(database, 'copy'))

    expect((await failureOf(() => stage(artifact))).message).toContain('no line of sha256sum')
    fs.chmodSync(artifact, 0o666)
    const error = await failureOf(() => openUnchanging(artifact, join(database, 'copy')))
    expect(error.code).toBe('io-failed')
    expect(canary.changes()).toEqual([])
  })

  test('CVE-2026-39860: a package brings such links itself', async () => {
    for (const name of ['.kith-staged-abcdef-artifact', '.kith/journal.new', '.kith/staging', '.kith'])
      expect(await refusedMembers({ name: `var/db/kiss/${name}`, type: '2', linkName: canary.file })).toContain(
        'reserved',
      )
  })
})

describe('pacman', () => {
  test('ASA-201507-23: an old package is brought under the name of a new one', async () => {
    const old = write({ version: '2.0', inside: '1.0', members: [{ name: 'usr/bin/tool', content: 'with holes' }] })

    const error = await refusalOf(old)

    expect(error.message).toContain('it is version 1.0-1, other than its name says')
  })

  test('ASA-201507-23: the package does not say which version it is, or is another one', async () => {
    expect((await refusalOf(write({ inside: '', members: [] }))).message).toContain('version unknown')
    const other = write({ name: 'other', members: [] })
    const renamed = join(other, '..', 'evil@1-1.tar.gz')
    fs.renameSync(other, renamed)
    expect((await refusalOf(renamed)).message).toContain('holds no /var/db/kiss/installed/evil/manifest')
  })
})

describe('RPM', () => {
  test('CVE-2010-4226: a link in the payload, overwritten by a file of its name, later by one below it', async () => {
    const twice = [
      { name: 'usr/l', type: '2', linkName: wayOut() },
      { name: 'usr/l', content: 'owned' },
    ]
    const staged = await stage(write({ members: twice }))
    expect(fs.lstatSync(join(staged.directory, 'usr/l')).isFile()).toBe(true)
    expect(canary.changes()).toEqual([])
    expect(fs.readFileSync(canary.file, 'utf8')).toBe(secret)
  })

  test('CVE-2010-4226: a link that one version has, and a directory in its place in the next', async () => {
    const to = relative(join(canary.root, 'usr'), canary.outside)
    await install(write({ version: '1', members: [{ name: 'usr/l', type: '2', linkName: to }] }))
    const members = [
      { name: 'usr/l/', type: '5', mode: 0o777 },
      { name: 'usr/l/file', content: 'mine' },
    ]

    await install(write({ version: '2', members }))

    expect(canary.changes()).toEqual([])
    expect(fs.readFileSync(join(canary.root, 'usr/l/file'), 'utf8')).toBe('mine')
    expect(fs.lstatSync(join(canary.root, 'usr/l')).isDirectory()).toBe(true)
  })

  test.skipIf(!isRoot)(
    'CVE-2017-7500: a user leads a directory of a package elsewhere in the root (skipped: only root can give links away)',
    async () => {
      fs.mkdirSync(join(canary.root, 'etc'))
      fs.mkdirSync(join(canary.root, 'srv'))
      fs.symlinkSync('../etc', join(canary.root, 'srv/data'))
      fs.lchownSync(join(canary.root, 'srv/data'), 65534, 65534)
      for (const members of [
        [{ name: 'srv/data/passwd', content: 'owned' }],
        [{ name: 'srv/data/', type: '5', mode: 0o777 }],
      ]) {
        const error = await failureOf(() => install(write({ members })))

        expect(error.code).toBe('foreign-link')
        expect(error.message).toContain(`"${canary.root}/srv/data"`)
        expect(error.message).toContain('user 65534')
        expect(error.hint).toContain('chown -h root')
      }
      expect(fs.readdirSync(join(canary.root, 'etc'))).toEqual([])
      expect(fs.statSync(join(canary.root, 'etc')).mode & 0o7777).toBe(0o755)

      // What an old version had there would be removed from where the link leads.
      fs.rmSync(join(canary.root, 'srv/data'))
      await install(write({ members: [{ name: 'srv/data/motd', content: 'mine' }] }))
      fs.rmSync(join(canary.root, 'srv/data'), { recursive: true })
      fs.symlinkSync('../etc', join(canary.root, 'srv/data'))
      fs.lchownSync(join(canary.root, 'srv/data'), 65534, 65534)
      fs.writeFileSync(join(canary.root, 'etc/motd'), 'of the system')
      const upgrade = await failureOf(() => install(write({ version: '2', members: [] })))
      expect(upgrade.code).toBe('foreign-link')
      expect(fs.readFileSync(join(canary.root, 'etc/motd'), 'utf8')).toBe('of the system')

      fs.lchownSync(join(canary.root, 'srv/data'), 0, 0)
      await install(write({ members: [{ name: 'srv/data/motd', content: 'fine' }] }))
      expect(fs.readdirSync(join(canary.root, 'etc'))).toEqual(['motd'])
    },
  )
})

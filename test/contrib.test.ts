import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, linkSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, openWorld, type ScratchWorld, sh } from './cli-fixture.ts'
import { installByHand } from './installed-fixture.ts'

/** The programs of KISS's contrib folder as commands, with the form of their output, run by the executable. */

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

const installed = (name: string, spec = {}): void => installByHand(world.root, name, spec)
const lines = (text: string): string[] => text.split('\n').slice(0, -1)

/** What succeeds and says nothing on standard error: its lines. */
async function answer(...argv: readonly string[]): Promise<string[]> {
  const { status, stdout, stderr } = await world.run(...argv)
  expect([stderr, status]).toEqual(['', 0])
  return lines(stdout)
}

test('kith depends and revdepends read what is installed, repodepends and reporevdepends what recipes say', async () => {
  installed('zlib')
  installed('curl', { depends: 'zlib\nopenssl\ncmake make\n' })
  installed('git', { depends: '# comment\ncurl\t\nzlib  make\n' })
  const recipe = world.recipe('curl', { depends: 'zlib\n' })
  const entry = `${world.root}/var/db/kiss/installed`

  expect(await answer('depends', 'curl')).toEqual(['zlib', 'openssl', 'cmake make'])
  expect(await answer('revdepends', 'zlib')).toEqual(['curl/depends:zlib', 'git/depends:zlib make'])
  const grepped = sh(`cd ${entry} && grep -E '^zlib( |$)' -- */depends`, '/')
  expect((await answer('revdepends', 'zlib')).map((line) => line.replace(/ +/g, ' '))).toEqual(
    lines(grepped).map((line) => line.replace(/ +/g, ' ')),
  )
  expect(await answer('repodepends', 'curl')).toEqual([
    `=> ${recipe}`,
    'zlib',
    `=> ${entry}/curl`,
    ...['zlib', 'openssl', 'cmake make'],
  ])
  expect(await answer('reporevdepends', 'zlib')).toEqual([
    `${recipe}/depends:zlib`,
    `${entry}/curl/depends:zlib`,
    `${entry}/git/depends:zlib make`,
  ])
  expect((await world.run('revdepends', 'git')).status).toBe(1)
  expect((await world.runWith({ cwd: recipe }, 'depends')).stdout).toBe('zlib\nopenssl\ncmake make\n')
  expect((await world.run('depends', 'openssl')).stderr).toContain('"openssl": it is not installed')
})

test('kith owns follows the links above a file, and tells the owner of a link itself', async () => {
  installed('baselayout', { files: { '/usr/lib/keep': '' } })
  installed('busybox', { files: { '/usr/bin/busybox': 'x' } })
  symlinkSync('usr/bin', join(world.root, 'bin'))
  symlinkSync('busybox', join(world.root, 'usr/bin/unowned'))

  for (const path of ['/bin/busybox', `${world.root}/usr/bin/busybox`, '/usr/bin/unowned'])
    expect(await answer('owns', path)).toEqual(['busybox'])
  expect(await answer('owns', '/usr')).toEqual(['baselayout', 'busybox'])
  expect((await world.runWith({ cwd: join(world.root, 'usr') }, 'owns', 'lib/keep')).stdout).toBe('baselayout\n')
  const { status, stderr } = await world.run('owns', '/bin/nothing')
  expect(stderr).toContain('Cannot find who owns "/bin/nothing"')
  expect(status).toBe(1)
})

test('kith manifest prints the file byte for byte, whatever names it holds', async () => {
  installed('odd')
  const file = join(world.root, 'var/db/kiss/installed/odd/manifest')
  const bytes = Buffer.concat([Buffer.from('/usr/caf'), Buffer.from([0xe9]), Buffer.from('\n/usr/a b\n/usr/\n')])
  writeFileSync(file, bytes)

  expect(sh(`KISS_ROOT=${world.root} ${world.executable} manifest odd | cmp - ${file} && echo same`, '/')).toBe(
    'same\n',
  )
})

test('kith size counts as du does: blocks, a hard link once, nothing for what is gone', async () => {
  installed('big', { files: { '/usr/bin/big': 'x'.repeat(300_000), '/usr/bin/small': 'x', '/usr/bin/gone': '' } })
  linkSync(join(world.root, 'usr/bin/big'), join(world.root, 'usr/bin/same'))
  sh('rm usr/bin/gone && sed -i "s|^/usr/bin/small|/usr/bin/same\\n&|" var/db/kiss/installed/big/manifest', world.root)
  const paths = ['/usr/bin/small', '/usr/bin/same']
  const { stdout, stderr } = await world.run('size', 'big')
  const listed = lines(stdout).map((line) => line.split('\t'))

  expect(listed.map(([, path]) => path)).toEqual(expect.arrayContaining(paths.map((path) => world.root + path)))
  expect(stdout).not.toContain('gone')
  expect(listed.filter(([size]) => !/^\d+KB$/.test(size ?? ''))).toEqual([])
  const du = sh(
    `sed "s|^|${world.root}|; /\\/$/d" ${world.root}/var/db/kiss/installed/big/manifest | xargs du -sk 2>/dev/null || :`,
    '/',
  )
  const expected = lines(du).map((line) => line.replace('\t', 'KB\t'))
  expect(lines(stdout)).toEqual(expected)
  const total = lines(du).reduce((sum, line) => sum + Number(line.split('\t')[0]), 0)
  expect(stderr).toBe(`${total}KB\ttotal\n`)
})

test('kith orphans lists what nothing needs to run', async () => {
  installed('musl')
  installed('curl', { depends: 'zlib\ncmake make\n' })
  installed('zlib')
  installed('cmake')

  expect(await answer('orphans')).toEqual(['cmake', 'curl'])
  expect(await answer('orphans', '--json')).toEqual([
    '{"schema":1,"kind":"orphan","name":"cmake"}',
    '{"schema":1,"kind":"orphan","name":"curl"}',
  ])
})

test('kith fork copies the Nth match with what its links lead to, and never over something', async () => {
  const other = join(world.directory, 'other')
  mkdirSync(join(other, 'foot'), { recursive: true })
  for (const [name, text] of [
    ['build', '#!/bin/sh\n'],
    ['version', '2 1\n'],
  ] as const)
    writeFileSync(join(other, 'foot', name), text)
  const recipe = world.recipe('foot', { version: undefined })
  symlinkSync('../../other/foot/version', join(recipe, 'version'))
  const env = { KISS_PATH: `${world.repository}:${other}` }

  const first = await world.runWith({ env }, 'fork', 'foot')
  expect(first.stdout).toBe(`forked package to ${world.directory}/foot\n`)
  expect(readFileSync(join(world.directory, 'foot/version'), 'utf8')).toBe('2 1\n')
  expect((await world.runWith({ env }, 'fork', 'foot', '2')).stderr).toContain('is there already')
  expect((await world.runWith({ env, cwd: world.root }, 'fork', 'foot', '2')).status).toBe(0)
  expect((await world.runWith({ env, cwd: world.root }, 'fork', 'foot', '3')).stderr).toContain('there are 2')
})

test('kith link makes a file a link to that of the next repository', async () => {
  const recipe = world.recipe('zlib')
  const mine = join(world.directory, 'mine/zlib')
  mkdirSync(mine, { recursive: true })
  writeFileSync(join(mine, 'version'), 'old 1\n')
  const env = { KISS_PATH: `${world.directory}/mine:${world.repository}` }
  const { stdout } = await world.runWith({ env, cwd: mine }, 'link', 'version')

  expect(stdout).toBe(`linked version to ${recipe}\n`)
  expect(readlinkSync(join(mine, 'version'))).toBe(join(recipe, 'version'))
  expect((await world.runWith({ env, cwd: mine }, 'link', 'patches')).stderr).toContain('no other repository has')
})

test('kith maintainer tells who last changed the version, also in a repository of somebody else', async () => {
  const recipe = world.recipe('zlib')
  const commit = (name: string) => `git -c user.name="${name}" -c user.email=person@example.org commit -qm`
  sh(`git init -q && git add . && ${commit('A Person')} one`, world.repository)
  sh(`echo >zlib/README && git add . && ${commit('Another')} two`, world.repository)
  if (isRoot) sh('chown -R 65534:65534 .', world.repository)

  expect(await answer('maintainer', 'zlib')).toEqual([`=> ${recipe}`, 'A Person <person@example.org>'])
})

test('a program kiss-NAME on PATH goes before what kith has built in of KISS, but not before itself, nor for --json', async () => {
  installed('zlib')
  const bin = join(world.directory, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'kiss-orphans'), `#!/bin/sh\necho mine\nexec ${world.executable} orphans "$@"\n`)
  chmodSync(join(bin, 'kiss-orphans'), 0o755)
  const env = { PATH: `${bin}:${process.env.PATH}` }

  expect((await world.runWith({ env }, 'orphans')).stdout).toBe('mine\nzlib\n')
  expect((await world.runWith({ env }, 'orphans', '--json')).stdout).not.toContain('mine')
  expect(await answer('orph')).toEqual(['zlib'])
})

test.skipIf(Bun.which('script') === null)(
  'kith files and manifest cannot be made to steer a terminal by names of files (skipped without script)',
  () => {
    installed('odd', { files: { '/usr/\u001b[31mred': '' } })
    for (const command of ['files', 'manifest', 'size']) {
      const { stdout } = Bun.spawnSync(['script', '-qec', `${world.executable} ${command} odd`, '/dev/null'], {
        env: world.environment,
      })
      expect(stdout.toString()).toContain('\\x1b[31mred')
      expect(stdout.toString()).not.toContain('\u001b')
    }
  },
)

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isRoot, openWorld, type Run, type ScratchWorld } from './cli-fixture.ts'

const hasCompiler = Bun.spawnSync(['cc', '--version']).exitCode === 0
const compiling = test.skipIf(!isRoot || !hasCompiler)
const sandboxed = test.skipIf(!isRoot)
const title = (text: string): string => `${text} (skipped without root or without cc)`

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

async function well(...argv: readonly string[]): Promise<Run> {
  const run = await world.run(...argv)
  expect([run.stderr, run.status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  return run
}

/** A library of soname `lib<name>.so.<major>`, its header's worth of pkg-config, and a program. */
function library(name: string, major = 1): string {
  return `#!/bin/sh -e
mkdir -p "$1/usr/lib/pkgconfig" "$1/usr/bin"
echo 'int ${name}(void) { return ${major}; }' >x.c
cc -shared -fPIC -nostdlib -Wl,-soname,lib${name}.so.${major} -o "$1/usr/lib/lib${name}.so.${major}.0" x.c
ln -s lib${name}.so.${major}.0 "$1/usr/lib/lib${name}.so.${major}"
ln -s lib${name}.so.${major}.0 "$1/usr/lib/lib${name}.so"
printf 'Version: ${major}.0\\nRequires: other\\n' >"$1/usr/lib/pkgconfig/${name}.pc"
printf '#!/bin/sh\\n' >"$1/usr/bin/${name}-config"
chmod 755 "$1/usr/bin/${name}-config"
`
}

compiling(title('what a package offers and needs is kept with its tarball and at its installation'), async () => {
  world.recipe('foo', { build: library('foo'), provides: '!virtual-foo 3\n' })
  await well('build', 'foo')
  await well('install', 'foo')

  const lines = [
    'needs pc:other - - -',
    'offers cmd:foo-config - - -',
    'offers pc:foo 1.0 - -',
    'offers so:libfoo.so 1.0 64le/62 /usr/lib',
    'offers so:libfoo.so.1 1.0 64le/62 /usr/lib',
    'offers so:libfoo.so.1.0 1.0 64le/62 /usr/lib',
    '',
  ]
  const kept = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(1)
  const machine =
    process.arch === 'x64' ? lines : lines.map((line) => expect.stringContaining(line.split(' ')[1] ?? ''))
  expect(kept(join(world.cache, 'bin/foo@1.0-1.tar.zst.offers'))).toEqual(machine)
  expect(kept(join(world.root, 'var/db/kiss/.kith/packages/foo/offers'))).toEqual(machine)
  const info = await well('info', 'foo')
  expect(info.stdout).toMatch(/provides +!virtual-foo 3\noffers +cmd:foo-config pc:foo so:libfoo.so /)
  await well('remove', 'foo')
  expect(existsSync(join(world.root, 'var/db/kiss/.kith/packages/foo'))).toBeFalse()
})

/** A package of one file. */
function plain(name: string): string {
  return `#!/bin/sh -e\nmkdir -p "$1/usr/share"\necho ${name} >"$1/usr/share/${name}"\n`
}

sandboxed(title('a dependency that no package is called is what the only recipe provides'), async () => {
  world.recipe('turbo', { build: plain('turbo'), provides: 'libjpeg 8\n' })
  world.recipe('viewer', { build: `${plain('viewer')}cat /usr/share/turbo\n`, depends: 'libjpeg\n' })

  const dry = await well('build', '--dry-run', 'viewer')
  expect(dry.stderr).toContain('turbo stands in for libjpeg (nothing else provides it)')
  await well('build', 'viewer')
  await well('install', 'viewer')
  expect(names(await well('list'))).toEqual(['turbo', 'viewer'])
  expect(readFileSync(join(world.root, 'var/db/kiss/installed/viewer/depends'), 'utf8')).toBe('libjpeg\n')
  // What is installed is looked at again.
  await well('build', 'viewer')

  const removal = await world.run('remove', 'turbo')
  expect([removal.status, removal.stderr]).toEqual([
    1,
    expect.stringContaining('1 installed package needs it as "libjpeg": viewer'),
  ])
  expect((await well('why', 'turbo')).stdout).toBe('viewer -> turbo\n')
  expect((await well('tree', 'viewer')).stdout).toContain('turbo')
  expect((await well('revdepends', 'turbo')).stdout).toBe('viewer/depends:libjpeg\n')
  expect((await well('orphans')).stdout).toBe('viewer\n')
  expect((await well('search', '--provides', 'libj*')).stdout).toBe('turbo libjpeg 8\n')
  expect((await world.run('search', 'libjpeg')).stderr).toContain('turbo provides it: kith search --provides libjpeg')
  expect((await world.run('build', 'libjpeg')).stderr).toContain('turbo provides it')
  expect((await well('why-not', 'viewer')).stdout).toBe('viewer: nothing; it can be built\n')
  await well('remove', 'turbo', 'viewer')
})

sandboxed(title('of several providers the user says which, and is told how'), async () => {
  for (const name of ['cronie', 'dcron']) world.recipe(name, { build: plain(name), provides: 'cron\n' })
  world.recipe('jobs', { build: plain('jobs'), depends: 'cron\n' })

  const undecided = await world.run('build', '--dry-run', 'jobs')
  const file = join(world.root, 'etc/kith/providers')
  expect(undecided.stderr).toContain('Cannot plan: several packages provide "cron": cronie, dcron')
  expect(undecided.stderr).toContain(`Write which one you want into ${file}, for example: cron cronie`)
  expect((await world.run('why-not', 'jobs')).stderr).toContain('several packages provide')

  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '# mine\ncron dcron\n')
  expect((await well('build', '--dry-run', '--names', 'jobs')).stdout).toBe('dcron\njobs\n')
  writeFileSync(file, 'cron\n')
  expect((await world.run('build', '--dry-run', 'jobs')).stderr).toContain(
    `${file}:1: a line is a name and the package`,
  )
  writeFileSync(file, 'cron dcron\n')

  // What is installed is good enough, whatever one would have built.
  await well('build', 'cronie')
  await well('install', 'cronie')
  const installed = await well('build', '--dry-run', 'jobs')
  expect(installed.stderr).toContain('cronie stands in for cron (it is installed)')
  // What is built anyway, too.
  await well('remove', 'cronie')
  expect((await well('build', '--rebuild', '--dry-run', '--names', 'jobs', 'cronie')).stdout).toBe('cronie\njobs\n')
})

sandboxed(title('two providers of an exclusive name are not installed together'), async () => {
  world.recipe('jpeg', { build: plain('jpeg') })
  world.recipe('turbo', { build: plain('turbo'), provides: '!jpeg\n' })
  world.recipe('moz', { build: plain('moz'), provides: 'jpeg\n' })
  await well('build', 'jpeg', 'turbo', 'moz')
  await well('install', 'jpeg')

  const refused = await world.run('install', 'turbo')
  expect([refused.status, refused.stderr]).toEqual([
    1,
    expect.stringContaining('Cannot install "turbo": only one package may be "jpeg", and "jpeg" is installed'),
  ])
  await well('remove', 'jpeg')
  const both = await world.run('install', 'moz', 'turbo')
  expect(both.stderr).toContain('"turbo" is to be installed too')
  await well('install', 'turbo')
  expect((await world.run('install', 'moz')).stderr).toContain('kith remove turbo')
  expect(names(await well('list'))).toEqual(['turbo'])
})

function names({ stdout }: Run): string[] {
  return stdout.split('\n').flatMap((line) => line.split(' ')[0] || [])
}

compiling(title('a dependency can be a library, a module or a program that an installed package has'), async () => {
  world.recipe('foo', { build: library('foo') })
  await well('build', 'foo')
  await well('install', 'foo')
  world.recipe('uses', { build: plain('uses'), depends: 'so:libfoo.so.1\npc:foo\ncmd:foo-config make\n' })

  const run = await well('build', 'uses')
  expect(run.stderr).toContain('foo stands in for so:libfoo.so.1 (it is installed)')
  await well('install', 'uses')
  expect((await world.run('remove', 'foo')).stderr).toContain('needs it as "pc:foo", "so:libfoo.so.1": uses')
  expect((await well('search', '--provides', '*foo.so*')).stdout.split('\n')[0]).toBe('foo so:libfoo.so 1.0')
  expect((await world.run('search', '--provides', 'cmd:none')).stderr).toContain('Cannot find what provides "cmd:none"')
})

sandboxed(
  title('an upgrade that would bring a second holder of an exclusive name is refused before it builds'),
  async () => {
    world.recipe('jpeg', { build: plain('jpeg') })
    world.recipe('turbo', { build: plain('turbo') })
    await well('build', 'jpeg', 'turbo')
    await well('install', 'jpeg', 'turbo')
    world.recipe('turbo', { build: plain('turbo'), version: '2 1\n', provides: '!jpeg\n' })

    const run = await world.run('upgrade')
    expect([run.status, run.stderr]).toEqual([1, expect.stringContaining('only one package may be "jpeg"')])
    expect(run.stderr).not.toContain('building')
  },
)

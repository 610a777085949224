import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openWorld, type ScratchWorld, sh } from './cli-fixture.ts'

/** What a user changes of a recipe without a copy of it. */

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

function change(name: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    const path = join(world.root, 'etc/kith/overrides', name, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

const tells = `#!/bin/sh -e
mkdir -p "$1/usr/share"
{ echo "$CFLAGS|$SECRET|$MINE"; cat text; } >"$1/usr/share/told"
`

function patch(from: string, to: string): string {
  return `--- a/text\n+++ b/text\n@@ -1 +1 @@\n-${from}\n+${to}\n`
}

async function told(): Promise<string> {
  const built = await world.runWith({ env: { CFLAGS: '-O2', SECRET: 'x', MINE: 'no' } }, 'b', 'app')
  expect([built.stderr.includes('ERROR'), built.status, built.stderr]).toEqual([false, 0, built.stderr])
  return sh('tar -xOf bin/app@1.0-1.tar.zst ./usr/share/told', world.cache)
}

test('variables, patches and dependencies of the user count for that one recipe, and are told', async () => {
  world.recipe('app', { build: tells, depends: '# needed\nlib\nother make\n', sources: 'text\n', text: 'one\n' })
  world.recipe('lib')
  world.recipe('other', { build: tells.replace('; cat text', '') })
  await world.run('c', 'app')
  change('app', {
    environment: '# faster\nCFLAGS+=-O3\nMINE=yes\n',
    depends: '-lib\n+other\n',
    'patches/2.patch': patch('two', 'three'),
    'patches/1.patch': patch('one', 'two'),
    'patches/README': 'not applied\n',
  })

  expect(await told()).toBe('-O2 -O3||yes\nthree\n')
  expect(world.cached()).toEqual(['app@1.0-1.tar.zst', 'other@1.0-1.tar.zst'])
  expect(sh('tar -xOf bin/other@1.0-1.tar.zst ./usr/share/told', world.cache)).toBe('-O2||\n')
  const planned = await world.run('b', '--dry-run', 'app')
  const where = join(world.root, 'etc/kith/overrides/app')
  expect(planned.stderr).toContain(`app changed by ${where}: CFLAGS MINE, -lib +other, 2 patches`)
  expect((await world.run('info', 'app')).stdout).toMatch(/changed by +\S+overrides\/app: CFLAGS MINE/)
  expect((await world.run('i', 'app')).status).toBe(0)
  expect(readFileSync(join(world.root, 'var/db/kiss/installed/app/depends'), 'utf8')).toBe('# needed\nother\n')
  expect((await world.run('l')).stdout).toBe('app 1.0-1\nother 1.0-1\n')
})

test('a patch that does not fit ends the build before its script, and names itself', async () => {
  world.recipe('app', { build: tells, sources: 'text\n', text: 'one\n' })
  await world.run('c', 'app')
  change('app', { 'patches/a.patch': patch('nothing', 'x') })
  const { status, stderr } = await world.run('b', 'app')

  expect(status).toBe(1)
  expect(stderr).toMatch(/Cannot apply ".*overrides\/app\/patches\/a.patch" to the sources of "app": .*(FAILED|failed)/)
  expect(world.cached()).toEqual([])
  expect(world.leftovers()).toEqual([])
})

test('a patch reaches nothing behind a link that the sources bring', async () => {
  const recipe = world.recipe('app', { sources: 'a.tar\n' })
  const victim = join(world.directory, 'victim')
  sh(`mkdir d ${victim}; ln -s ${victim} d/out; : >d/y; tar cf a.tar d; rm -r d`, recipe)
  await world.run('c', 'app')
  change('app', { 'patches/a.patch': '--- /dev/null\n+++ b/out/made\n@@ -0,0 +1 @@\n+x\n' })
  const { stderr } = await world.run('b', 'app')

  expect(stderr).toContain('Cannot apply')
  expect(sh('ls', victim)).toBe('')
})

test('KITH_OVERRIDES names the directory; everything wrong in it is told at once', async () => {
  world.recipe('app', { build: tells })
  const overrides = join(world.directory, 'mine')
  mkdirSync(join(overrides, 'app/patch'), { recursive: true })
  writeFileSync(join(overrides, 'app/environment'), 'CFLAGS -O3\nPWD=/\n')
  writeFileSync(join(overrides, 'app/depends'), 'lib\n')
  const { status, stderr } = await world.runWith({ env: { KITH_OVERRIDES: overrides } }, 'b', 'app')

  expect(status).toBe(1)
  for (const [file, text] of [
    ['environment:1', '"CFLAGS -O3" is not NAME=value'],
    ['environment:2', 'PWD is set by kith itself'],
    ['depends:1', '"lib" is not -NAME'],
    ['patch', 'means nothing to kith'],
  ])
    expect(stderr).toContain(`${overrides}/app/${file}: ${text}`)
})

test('a change of your own is a reason to build again, and the same one is none', async () => {
  world.recipe('app', { build: tells, sources: 'text\n', text: 'one\n' })
  await world.run('c', 'app')
  const planned = async (): Promise<string> => (await world.run('b', '--dry-run', '--names', 'app')).stdout
  await told()
  const env = { CFLAGS: '-O2', SECRET: 'x', MINE: 'no' }
  const upToDate = await world.runWith({ env }, 'build', '--dry-run', '--names', 'app')
  expect(upToDate.stdout).toBe('')

  for (const files of [{ environment: 'MINE=yes\n' }, { 'patches/1.patch': patch('one', 'two') }]) {
    change('app', files)
    expect(await planned()).toBe('app\n')
    expect(await told()).toContain('yes')
    expect((await world.runWith({ env }, 'build', '--dry-run', '--names', 'app')).stdout).toBe('')
  }
})

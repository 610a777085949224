import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openWorld, type ScratchWorld } from './cli-fixture.ts'
import { installByHand } from './installed-fixture.ts'

/** Forms of the command line and settings that users of KISS have, beyond what other files here are about. */

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

const makes = (text: string): string => `#!/bin/sh -e\nmkdir -p "$1/usr"\necho ${text} >"$1/usr/${text}"\n`

function program(name: string, text: string): string {
  const path = join(world.directory, 'bin', name)
  mkdirSync(join(world.directory, 'bin'), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}

const path = (): string => `${join(world.directory, 'bin')}:${process.env.PATH}`

test('a link named kiss is kith: it builds, installs and lists', async () => {
  world.recipe('one', { build: makes('one') })
  mkdirSync(join(world.directory, 'bin'))
  symlinkSync(world.executable, join(world.directory, 'bin/kiss'))
  const kiss = (...words: string[]) =>
    Bun.spawnSync(['kiss', ...words], { env: { ...world.environment, PATH: path() }, cwd: world.directory })

  expect(kiss('b', 'one').exitCode).toBe(0)
  expect(kiss('build', 'one').stderr.toString()).toContain('one building 1/1')
  expect(kiss('i', 'one').exitCode).toBe(0)
  expect(kiss('l').stdout.toString()).toBe('one 1.0-1\n')
  expect(kiss('s', '*').stdout.toString()).toBe(`${world.repository}/one\n${world.root}/var/db/kiss/installed/one\n`)
})

test('without a word: help on standard error, and on standard output what KISS says there', async () => {
  const { status, stdout, stderr } = await world.run()

  expect([status, stdout]).toEqual([0, '\nRun "kith [H|help-ext]" to see all actions\n'])
  expect(stderr).toContain('alternatives')
})

test('a program kiss-NAME on PATH runs in place of a command that KISS has not, and never of one that it has', async () => {
  for (const name of ['tree', 'list', 'mirror']) program(`kiss-${name}`, `#!/bin/sh\n# Says ${name}\necho own "$@"\n`)
  const env = { PATH: path() }
  const said = async (...words: string[]): Promise<string> => (await world.runWith({ env }, ...words)).stdout

  expect(await said('tree', 'a b')).toBe('own a b\n')
  expect(await said('mir', 'x')).toBe('own x\n')
  expect(await said('list')).toBe('')
  expect((await world.runWith({ env }, 'help-ext')).stderr.split('\n').slice(1)).toEqual(
    expect.arrayContaining(['-> mirror  Says mirror', '-> tree    Says tree']),
  )
})

test('kith download says on standard output what is there already', async () => {
  const directory = world.recipe('one', { sources: 'files/a\nfiles dir\n', 'files/a': 'a' })

  expect((await world.run('d', 'one')).stdout).toBe(`found ${directory}/files/a\nfound ${directory}/files\n`)
})

test('KISS_GET fetches in place of kith, with the options of KISS; an option is no URL', async () => {
  const get = program('curl', `#!/bin/sh\necho "$1" "$3" >>${world.directory}/log\necho got >"$2"\n`)
  const other = program('fetch', '#!/bin/sh\nexit 0\n')
  world.recipe('one', { sources: 'https://example.invalid/a\n' })
  world.recipe('two', { sources: '-K/etc/x://y\n' })

  expect((await world.runWith({ env: { KISS_GET: get } }, 'd', 'one')).status).toBe(0)
  expect(readFileSync(join(world.cache, 'sources/one/a'), 'utf8')).toBe('got\n')
  expect(readFileSync(join(world.directory, 'log'), 'utf8')).toBe('-fLo https://example.invalid/a\n')
  expect((await world.runWith({ env: { KISS_GET: get } }, 'd', 'two')).status).toBe(1)
  writeFileSync(join(world.cache, 'sources/one/a'), '')
  world.recipe('three', { sources: 'https://example.invalid/a\n' })
  const refused = await world.runWith({ env: { KISS_GET: other } }, 'd', 'three')
  expect(refused.stderr).toContain('is none of aria2c axel curl wget wget2')
})

test('an upgrade brings the package manager first, and says that the rest comes with the next', async () => {
  for (const name of ['kiss', 'other']) {
    installByHand(world.root, name, { version: '1 1' })
    world.recipe(name, { version: '2 1\n', build: makes(name) })
  }
  installByHand(world.root, 'gone', {})
  const first = await world.run('U')

  expect([first.stderr.includes('ERROR'), first.status]).toEqual([false, 0])
  expect(first.stderr).toContain("run 'kith upgrade' again")
  expect(first.stderr).toContain('packages without repository: gone')
  expect((await world.run('l')).stdout).toBe('gone 1.0-1\nkiss 2-1\nother 1-1\n')
  expect((await world.run('U')).status).toBe(0)
  expect((await world.run('l')).stdout).toBe('gone 1.0-1\nkiss 2-1\nother 2-1\n')
})

test('a package whose repository is gone is built again from the database', async () => {
  const script = { build: `#!/bin/sh -e\nmkdir -p "$1/usr"\ncp note "$1/usr/note"\n`, sources: 'files/note\n' }
  world.recipe('one', { ...script, 'files/note': 'x\n' })
  expect((await world.run('c', 'one')).status).toBe(0)
  expect((await world.run('b', 'one')).status).toBe(0)
  expect((await world.run('i', 'one')).status).toBe(0)
  const env = { KISS_PATH: '', KISS_PROMPT: '1' }

  expect((await world.runWith({ env }, 'b', 'one')).status).toBe(0)
  expect(existsSync(join(world.root, 'usr/note'))).toBe(true)
})

test('in a package directory the package needs no name; list is of everything', async () => {
  const directory = world.recipe('one', { build: makes('one'), sources: 'files/a\n', 'files/a': 'a' })
  const here = { cwd: directory, env: { KISS_PATH: '' } }

  for (const letter of ['c', 'd', 'b', 'i']) expect((await world.runWith(here, letter)).status).toBe(0)
  expect((await world.runWith(here, 'l')).stdout).toBe('one 1.0-1\n')
  expect((await world.runWith(here, 'r')).status).toBe(0)
  expect((await world.runWith(here, 'l')).stdout).toBe('')
})

test('hooks and programs are run as a shell would, told of every exit, and see the root without slashes at its end', async () => {
  const hook = program('hook', `echo "$@" "$KISS_ROOT" >>${world.directory}/log\n`)
  program('kiss-tool', 'echo "$KISS_ROOT|$KISS_PID|$_KISS_LVL|$*"\nexit 3\n')
  const directory = world.recipe('one', { sources: 'dir\n# note\nfile sub\n', 'dir/x': '', file: '' })
  const env = { PATH: path(), KISS_HOOK: `:${hook}:`, KISS_ROOT: `${world.root}//` }

  expect((await world.runWith({ env }, 'v')).status).toBe(0)
  expect(await world.runWith({ env }, 'tool', 'a b', '')).toMatchObject({
    status: 3,
    stdout: `${world.root}||0|a b \n`,
  })
  expect((await world.runWith({ env }, 'nothing')).status).toBe(1)
  expect((await world.runWith({ env }, 'd', 'one')).status).toBe(0)
  expect(readFileSync(join(world.directory, 'log'), 'utf8').replaceAll(` ${world.root}\n`, '\n').split('\n')).toEqual([
    ...['SIGEXIT', 'SIGEXIT', 'SIGEXIT'],
    ...['pre-source one dir', `post-source one dir ${directory}/dir/.`],
    ...['pre-source one #', 'post-source one # '],
    ...['pre-source one file', `post-source one file ${directory}/file`],
    ...['SIGEXIT', ''],
  ])
})

test('a setting that is empty is one that is not set', async () => {
  world.recipe('one', { build: makes('one') })
  const names = [
    'PROMPT',
    'FORCE',
    'DEBUG',
    'KEEPLOG',
    'STRIP',
    'CHOICE',
    'COLOR',
    'COMPRESS',
    'GET',
    'SU',
    'HOOK',
    'PID',
  ]
  const env = Object.fromEntries([...names, 'TMPDIR'].map((name) => [`KISS_${name}`, '']))

  expect((await world.runWith({ env }, 'b', 'one')).status).toBe(0)
  expect((await world.run('l')).stdout).toBe('one 1.0-1\n')
  expect(world.cached()).toEqual(['one@1.0-1.tar.zst'])
  expect(world.leftovers()).toEqual([])
})

test('alternatives are read from standard input until one fails; the list is what it takes', async () => {
  for (const name of ['one', 'two', 'three'])
    world.recipe(name, { build: '#!/bin/sh -e\nmkdir -p "$1/usr"\n: >"$1/usr/a b"\n: >"$1/usr/c"\n' })
  await world.run('b', 'one', 'two', 'three')
  for (const name of ['one', 'two', 'three']) await world.run('i', name)
  const listed = (await world.run('a')).stdout
  expect(listed).toBe('three /usr/a b\nthree /usr/c\ntwo /usr/a b\ntwo /usr/c\n')

  const stdin = 'two /usr/a b\nghost /usr/c\nthree /usr/c'
  expect((await world.runWith({ stdin }, 'a', '-')).status).toBe(1)
  expect((await world.run('p')).stdout).toBe('one /usr/c\ntwo /usr/a b\n')
  const three = listed.split('\n').filter((line) => line.startsWith('three'))
  expect((await world.runWith({ stdin: three.join('\n') }, 'a', '-')).status).toBe(0)
  expect((await world.run('preferred', 'three', 'ignored')).stdout).toBe('three /usr/c\nthree /usr/a b\n')
})

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, openWorld, type ScratchWorld, sh } from './cli-fixture.ts'

/** A root that belongs to another user is changed as that user, through KISS_SU: root plays the one who is not the owner. */
const asRoot = test.skipIf(!isRoot)
const title = (text: string): string => (isRoot ? text : `${text} (skipped: needs root, to be two users)`)

let world: ScratchWorld
let log: string
beforeEach(() => {
  world = openWorld()
  log = join(world.directory, 'log')
  if (!isRoot) return
  chmodSync(world.directory, 0o755)
  writeFileSync(log, '')
  sh('chown 65534:65534 root cache home log', world.directory)
})
afterEach(() => world[Symbol.dispose]())

/** A program that changes users as sudo does, and tells what it was asked for. */
function userSwitch(name: string): string {
  const path = join(world.directory, 'su', name)
  mkdirSync(join(world.directory, 'su'), { recursive: true })
  const line =
    name === 'su'
      ? `printf '%s\\n' "$@" >>${log}; exec setpriv --reuid=65534 --regid=65534 --clear-groups -- sh -c "$2"`
      : `printf '%s\\n' "$@" >>${log}; shift 3; exec setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"`
  writeFileSync(path, `#!/bin/sh -e\n${line}\n`)
  chmodSync(path, 0o755)
  return path
}

const nobody = isRoot ? sh("awk -F: '$3 == 65534 { print $1; exit }' /etc/passwd", '/').trim() || '65534' : ''

asRoot(
  title('a root of another user is changed as that user, with what KISS hands over of the environment and no more'),
  async () => {
    world.recipe('one', { build: '#!/bin/sh -e\nmkdir -p "$1/usr"\n: >"$1/usr/one"\n' })
    await world.run('build', 'one')
    sh('chown -R 65534:65534 cache', world.directory)
    const env = { KISS_SU: userSwitch('sudo'), KISS_FORCE: '1', KISS_DEBUG: '1', SECRET: 'x', LOGNAME: 'root' }
    const { status, stderr } = await world.runWith({ env }, 'install', 'one')

    expect([stderr.includes('ERROR'), status]).toEqual([false, 0])
    expect(sh('stat -c %u usr/one var/db/kiss/installed/one/manifest', world.root)).toBe('65534\n65534\n')
    const words = readFileSync(log, 'utf8').split('\n').slice(0, -1)
    expect(words.slice(0, 4)).toEqual(['-u', nobody, '--', 'env'])
    expect(words.slice(-2)).toEqual(['install', 'one'])
    const variables = words.slice(4, -3)
    expect(variables.map((word) => word.split('=')[0])).toEqual(
      'HOME KISS_CHOICE KISS_COLOR KISS_COMPRESS KISS_FORCE KISS_HOOK KISS_PATH KISS_PID KISS_ROOT KISS_TMPDIR LOGNAME XDG_CACHE_HOME _KISS_DATE _KISS_LVL'.split(
        ' ',
      ),
    )
    expect(variables).toContain(`LOGNAME=${nobody}`)
    expect(variables).toContain(`KISS_ROOT=${world.root}`)
    expect(variables).toContain(`XDG_CACHE_HOME=${join(world.directory, 'cache')}`)
    expect(world.leftovers()).toEqual([])
  },
)

asRoot(
  title('su gets one line, in which words keep their blanks and quotes; LOGNAME and a listing need no other user'),
  async () => {
    world.recipe('one', { build: '#!/bin/sh -e\nmkdir -p "$1/usr"\n: >"$1/usr/one"\n' })
    await world.run('build', 'one')
    sh('chown -R 65534:65534 cache', world.directory)
    sh(`mkdir "a b's" && cp cache/kiss/bin/one@1.0-1.tar.zst "a b's"`, world.directory)
    const env = { KISS_SU: userSwitch('su') }

    expect((await world.runWith({ env }, 'install', `a b's/one@1.0-1.tar.zst`)).status).toBe(0)
    expect(sh('stat -c %u usr/one', world.root)).toBe('65534\n')
    expect(readFileSync(log, 'utf8')).toStartWith('-c\nenv HOME=')
    writeFileSync(log, '')
    expect((await world.runWith({ env }, 'alternatives')).status).toBe(0)
    expect((await world.runWith({ env }, 'remove', '--dry-run', 'one')).status).toBe(0)
    expect((await world.runWith({ env: { ...env, LOGNAME: nobody } }, 'install', 'one')).status).toBe(0)
    expect(readFileSync(log, 'utf8')).toBe('')
  },
)

asRoot(
  title('a build installs what was named as the owner; in a package directory that package is named'),
  async () => {
    const directory = world.recipe('one', { build: '#!/bin/sh -e\nmkdir -p "$1/usr"\n: >"$1/usr/one"\n' })
    const env = { KISS_SU: userSwitch('doas'), KISS_PROMPT: '1', KISS_PATH: '' }
    mkdirSync(join(world.cache, 'proc'), { recursive: true })
    chmodSync(join(world.cache, 'proc'), 0o1777)
    chmodSync(world.cache, 0o777)

    const built = await world.runWith({ env, cwd: directory }, 'build')
    expect([built.stderr.includes('ERROR'), built.status]).toEqual([false, 0])
    expect(sh('stat -c %u usr/one', world.root)).toBe('65534\n')
    expect(readFileSync(log, 'utf8')).toContain('\ninstall\n--\n')
    expect((await world.runWith({ env, cwd: directory }, 'remove')).status).toBe(0)
    expect(readFileSync(log, 'utf8')).toEndWith('\nremove\none\n')
    expect(readFileSync(log, 'utf8')).toContain(`\nKISS_PATH=${world.repository}:\n`)
  },
)

asRoot(
  title(
    'without any program that changes users it says who the owner is; root needs none, and installs what is its own',
  ),
  async () => {
    world.recipe('one', { build: '#!/bin/sh -e\nmkdir -p "$1/usr"\n: >"$1/usr/one"\n' })
    await world.run('build', 'one')
    expect((await world.run('install', 'one')).status).toBe(0)
    expect(sh('stat -c %u usr/one', world.root)).toBe('0\n')

    const other = [Bun.which('setpriv') ?? 'setpriv', '--reuid=65533', '--regid=65533', '--clear-groups', '--']
    const { status, stderr } = await world.runWith({ under: other, env: { PATH: world.directory } }, 'undo')
    expect(status).not.toBe(0)
    expect(stderr).toContain(`it belongs to ${nobody}, and there is no ssu, sudo, doas or su`)
  },
)

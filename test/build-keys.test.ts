import { afterEach, beforeEach, describe, expect } from 'bun:test'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { sandboxed, title } from './build-fixture.ts'
import { openWorld, type Run, type ScratchWorld, sh } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

interface Told {
  readonly kind: string
  readonly package: string
  readonly verdict?: string
  readonly causes?: readonly Readonly<Record<string, string>>[]
}

function eventsOf({ stdout }: Run): Told[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as Told)
}

/** `+a` for what was built, `=a` for what was taken since nothing had changed. */
async function build(...argv: readonly string[]): Promise<string[]> {
  const run = await world.run('build', '--json', '--jobs', '1', ...argv)
  expect([run.status, run.stdout]).toEqual([0, expect.any(String)])
  const marks: Readonly<Record<string, string>> = { 'build-finished': '+', 'build-skipped': '=' }
  return eventsOf(run).flatMap(({ kind, package: name }) => (kind in marks ? [`${marks[kind]}${name}`] : []))
}

/** Of one package: why it would be built, as `kind name`. */
async function reasons(name: string, env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const run = await world.runWith({ env }, 'build', '--json', '--dry-run', '--explain', 'app')
  const told = eventsOf(run).find(({ kind, package: one }) => kind === 'build-explained' && one === name)
  const causes = (told?.causes ?? []).map(({ kind, input, name: what, dependency }) =>
    [kind === 'input' ? input : kind, what ?? dependency].join(' ').trim(),
  )
  return [told?.verdict ?? 'none', ...causes]
}

const install = (path: string, text: string): string =>
  `#!/bin/sh -e\nmkdir -p "$1/$(dirname ${path})"\n${text} >"$1/${path}"\n`

/** `app` needs `lib` at run time and `tool` to be built; `other` needs neither. */
function writeRecipes(): void {
  world.recipe('lib', { build: install('usr/lib/lib.txt', 'echo lib') })
  world.recipe('tool', { build: install('usr/bin/tool', 'echo tool') })
  world.recipe('app', { build: install('usr/bin/app', 'cat /usr/lib/lib.txt'), depends: 'lib\ntool make\n' })
  world.recipe('other', { build: install('usr/bin/other', 'echo other') })
}

const append = (name: string, text: string, file = 'build'): void =>
  appendFileSync(join(world.repository, name, file), text)

describe('kith build', () => {
  sandboxed(title('builds nothing that is up to date, nor what was only touched'), async () => {
    writeRecipes()
    expect(await build('app', 'other')).toEqual(['+lib', '+tool', '+app', '+other'])
    for (const name of ['lib', 'tool', 'app', 'other'])
      utimesSync(join(world.repository, name, 'build'), new Date(), new Date())

    expect(await build('app', 'other')).toEqual([])
  })

  sandboxed(title('a comment in a build script builds that package, and none that needs it'), async () => {
    writeRecipes()
    await build('app', 'other')
    append('lib', '# a comment\n')

    expect(await build('app', 'other')).toEqual(['+lib', '=app'])
    expect(await build('app', 'other')).toEqual([])
  })

  sandboxed(title('a change of what a package installs builds exactly what sees it'), async () => {
    writeRecipes()
    await build('app', 'other')
    append('lib', 'echo more >>"$1/usr/lib/lib.txt"\n')

    expect(await build('app', 'other')).toEqual(['+lib', '+app'])
  })

  sandboxed(title('gives an earlier state of a recipe its artifact back without a build'), async () => {
    writeRecipes()
    await build('app')
    const before = readFileSync(join(world.cache, 'bin/app@1.0-1.tar.zst'))
    const script = readFileSync(join(world.repository, 'lib/build'))
    append('lib', 'echo more >>"$1/usr/lib/lib.txt"\n')
    await build('app')
    expect(readFileSync(join(world.cache, 'bin/app@1.0-1.tar.zst'))).not.toEqual(before)
    writeFileSync(join(world.repository, 'lib/build'), script)

    expect(await build('app')).toEqual([])
    expect(readFileSync(join(world.cache, 'bin/app@1.0-1.tar.zst'))).toEqual(before)
    expect((await world.run('install', 'app')).status).toBe(0)
  })

  sandboxed(title('what is only needed to build is not built for what is built already'), async () => {
    writeRecipes()
    await build('app')
    for (const place of ['bin', 'kith/by-key', 'kith/layers']) sh('rm -rf tool* */tool*', join(world.cache, place))

    expect(await build('app')).toEqual([])
    append('app', '# a comment\n')
    expect(await build('app')).toEqual(['+tool', '+app'])
  })

  sandboxed(title('takes what another tool built, unless it is named'), async () => {
    writeRecipes()
    await build('lib', 'tool')
    sh('rm -rf bin/*.key kith', world.cache)

    expect(await build('app')).toEqual(['+app'])
    expect(await build('lib')).toEqual(['+lib'])
    expect(await build('app')).toEqual([])
  })

  sandboxed(title('does not take a tarball for built by kith that another tool has replaced since'), async () => {
    writeRecipes()
    await build('app')
    append('app', '# in place, as sh kiss writes\n', '../../cache/kiss/bin/lib@1.0-1.tar.zst')

    const run = await world.run('build', '--json', '--explain', '--dry-run', 'lib')
    expect(eventsOf(run).find(({ kind }) => kind === 'build-explained')?.verdict).toBe('build')
  })

  sandboxed(title('--rebuild and the letter b build what is named in any case, and no more'), async () => {
    writeRecipes()
    await build('app')

    expect(await build('--rebuild', 'app')).toEqual(['+app'])
    const run = await world.run('b', '--json', 'app')
    expect(eventsOf(run).filter(({ kind }) => kind === 'build-finished')).toHaveLength(1)
  })

  sandboxed(title('an installed dependency is the same input as its artifact'), async () => {
    writeRecipes()
    await build('app')
    expect((await world.run('install', 'lib', 'tool')).status).toBe(0)

    expect(await build('app')).toEqual([])
    writeFileSync(join(world.root, 'usr/lib/lib.txt'), 'changed by hand\n')
    expect(await build('app')).toEqual(['+app'])
  })

  sandboxed(title('a branch is fetched, and built only where it is at another commit'), async () => {
    const upstream = join(world.directory, 'upstream')
    mkdirSync(upstream)
    const commit = (text: string): string =>
      sh(`echo ${text} >file; git add .; git -c user.name=x -c user.email=x@x commit -qm ${text}`, upstream)
    sh('git init -q -b main', upstream)
    commit('one')
    world.recipe('app', { build: install('usr/file', 'cat file'), sources: `git+file://${upstream}@main\n` })

    expect(await build('app')).toEqual(['+app'])
    expect(await build('app')).toEqual(['=app'])
    commit('two')
    expect(await build('app')).toEqual(['+app'])
  })
})

describe('kith build --explain', () => {
  sandboxed(title('names what has changed'), async () => {
    writeRecipes()
    expect(await reasons('lib')).toEqual(['build', 'absent'])
    await build('app')
    expect(await reasons('lib')).toEqual(['current'])
    expect(await reasons('app', { CFLAGS: '-O3' })).toEqual(['build', 'environment CFLAGS'])
    expect(await reasons('app', { KISS_STRIP: '0' })).toEqual(['build', 'setting strip'])
    expect(await reasons('app', { MAKEFLAGS: '-j7', KISS_COMPRESS: 'gz', NPROC: '3' })).toEqual(['current'])

    append('lib', '# a comment\n')
    expect(await reasons('lib')).toEqual(['build', 'recipe build'])
    expect(await reasons('app')).toEqual(['perhaps', 'dependency-built lib'])
    await build('lib')
    expect(await reasons('app')).toEqual(['current'])
    append('lib', 'echo more >>"$1/usr/lib/lib.txt"\n')
    await build('lib')
    expect(await reasons('app')).toEqual(['build', 'dependency lib'])
    chmodSync(join(world.repository, 'app/version'), 0o755)
    expect(await reasons('app')).toEqual(['build', 'recipe version', 'dependency lib'])
  })

  sandboxed(title('tells people in a sentence, and no secret'), async () => {
    writeRecipes()
    await build('app')
    const env = { CFLAGS: '-O3', MY_TOKEN: 'hunter2', KITH_ENVIRONMENT: 'MY_TOKEN' }
    const run = await world.runWith({ env }, 'build', '--explain', 'app')
    append('app', '# a comment\n')
    const changed = await world.runWith({ env: { ...env, CFLAGS: '-O2' } }, 'build', '--explain', '--dry-run', 'app')

    expect(run.stderr).toContain('-> app built: CFLAGS is new\n')
    expect(changed.stderr).toContain('-> app built: file "build" of its recipe has changed\n')
    expect(changed.stderr).toContain('-> app built: CFLAGS has changed: it was "-O3", and is "-O2"\n')
    expect(sh('cat bin/*.key', world.cache)).not.toContain('hunter2')
  })
})

describe('keys', () => {
  sandboxed(title('are the same in another place, for another umask, locale and clock'), async () => {
    writeRecipes()
    await build('app')
    const keyOf = (cache: string): string => readFileSync(join(cache, 'bin/app@1.0-1.tar.zst.key'), 'utf8')
    const first = keyOf(world.cache)
    using elsewhere = openWorld()
    cpSync(world.repository, elsewhere.repository, { recursive: true })
    sh('chmod -R go-rwx repo; find repo -exec touch -d 2001-01-01 {} +', elsewhere.directory)
    const env = { LC_ALL: 'C.UTF-8', TZ: 'Asia/Tokyo', MAKEFLAGS: '-j9', LOGNAME: 'somebody' }
    const under = ['sh', '-c', 'umask 077; exec "$@"', 'sh']
    expect((await elsewhere.runWith({ env, under }, 'build', 'app')).status).toBe(0)

    expect(keyOf(elsewhere.cache)).toBe(first)
    expect(statSync(join(elsewhere.cache, 'bin/app@1.0-1.tar.zst')).size).toBeGreaterThan(0)
    rmSync(join(elsewhere.cache, 'kith'), { recursive: true })
    expect((await elsewhere.run('build', '--explain', 'app')).stderr).toContain('app not built: nothing')
  })
})

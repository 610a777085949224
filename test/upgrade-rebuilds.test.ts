import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, openWorld, type Run, type ScratchWorld, sh } from './cli-fixture.ts'
import { libraryBuild, programBuild } from './library-recipes.ts'

const hasCompiler = Bun.spawnSync(['cc', '--version']).exitCode === 0
const compiling = test.skipIf(!isRoot || !hasCompiler)
const title = (text: string): string => `${text} (skipped without root or without cc)`

/** What every test begins with, built once. */
let installed: ScratchWorld | undefined
let world: ScratchWorld
beforeAll(async () => {
  if (!isRoot || !hasCompiler) return
  world = openWorld()
  await installWorld()
  installed = world
})
afterAll(() => installed?.[Symbol.dispose]())
beforeEach(() => {
  world = openWorld()
  if (installed !== undefined) sh(`cp -a '${installed.directory}/.' .`, world.directory)
})
afterEach(() => world[Symbol.dispose]())

async function well(...argv: readonly string[]): Promise<Run> {
  const run = await world.run(...argv)
  expect([run.stderr, run.status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  return run
}

/** `ssl` is used by the library `curl` and the program `tool`; `git` uses `curl`, `vim` nobody. */
async function installWorld(): Promise<void> {
  world.recipe('ssl', { build: libraryBuild({ name: 'ssl', major: 1 }), version: '1 1\n' })
  world.recipe('curl', { build: libraryBuild({ name: 'curl', major: 4, needs: ['ssl'] }), depends: 'ssl\n' })
  world.recipe('tool', { build: programBuild('tool', ['ssl']), depends: 'ssl\n' })
  world.recipe('git', { build: programBuild('git', ['curl']), depends: 'curl\n' })
  world.recipe('vim', { build: programBuild('vim', []) })
  await well('build', 'git', 'tool', 'vim')
  await well('install', 'git', 'tool', 'vim')
}

/** Exit statuses of the installed programs, run with the libraries of the root: 127 where the loader misses one. */
function runs(...programs: readonly string[]): number[] {
  const environment = { ...process.env, LD_LIBRARY_PATH: join(world.root, 'usr/lib') }
  return programs.map((program) => Bun.spawnSync([join(world.root, 'usr/bin', program)], { env: environment }).exitCode)
}

function builds({ stderr }: Run): string[] {
  return [...stderr.matchAll(/-> (\S+) building \d+\/\d+ \((\w+)\)/g)].map(([, name, reason]) => `${name} ${reason}`)
}

compiling(
  title('an upgrade rebuilds exactly what would miss a library, against the new one, in one transaction'),
  async () => {
    world.recipe('ssl', { build: libraryBuild({ name: 'ssl', major: 2 }), version: '2 1\n' })
    world.recipe('git', { build: programBuild('git', ['curl']), depends: 'curl\n', version: '2 1\n' })

    const dry = await well('upgrade', '--dry-run')
    expect(dry.stderr).toContain('ssl if its libraries get other names, these are rebuilt too: curl tool')
    expect(builds(dry)).toEqual([])
    const run = await well('upgrade', '--jobs', '1')

    // git stands on curl: it waits until that is linked with the new ssl.
    expect(builds(run)).toEqual(['ssl explicit', 'curl rebuild', 'git explicit', 'tool rebuild'])
    expect(run.stderr).toContain('curl will be rebuilt: it needs libssl.so.1, which the new ssl does not have')
    expect(run.stderr).not.toContain('takes lib')
    expect(readdirSync(join(world.root, 'usr/lib')).sort()).toEqual([
      'libcurl.so',
      'libcurl.so.4',
      'libssl.so',
      'libssl.so.2',
    ])
    expect(runs('tool', 'git', 'vim')).toEqual([2, 6, 0])
    const history = (await well('history')).stdout
    expect(history.trim().split('\n').length).toBe(2)
    await well('undo')
    expect(runs('tool', 'git', 'vim')).toEqual([1, 5, 0])
  },
)

compiling(title('an upgrade of a library that keeps its name rebuilds nothing'), async () => {
  world.recipe('ssl', {
    build: libraryBuild({ name: 'ssl', major: 1, value: 3, symbols: ['new'] }),
    version: '1.1 1\n',
  })

  expect(builds(await well('upgrade'))).toEqual(['ssl explicit'])
  expect(runs('tool', 'git')).toEqual([3, 7])
})

compiling(
  title('where one of the rebuilds fails nothing is switched; the next upgrade goes on with what was built'),
  async () => {
    world.recipe('ssl', { build: libraryBuild({ name: 'ssl', major: 2 }), version: '2 1\n' })
    world.recipe('tool', { build: '#!/bin/sh\nexit 1\n', depends: 'ssl\n' })
    const failed = await world.run('upgrade', '--jobs', '1')

    expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining('Cannot build "tool"')])
    expect(runs('tool', 'git')).toEqual([1, 5])
    expect(existsSync(join(world.root, 'usr/lib/libssl.so.1'))).toBeTrue()

    world.recipe('tool', { build: programBuild('tool', ['ssl']), depends: 'ssl\n' })
    const foreseen = await well('upgrade', '--dry-run')
    expect(foreseen.stderr).toContain('tool will be rebuilt: it needs libssl.so.1')
    const resumed = await well('upgrade')
    expect(builds(resumed)).toEqual(['tool rebuild'])
    expect(resumed.stderr).toContain('curl')
    expect(runs('tool', 'git')).toEqual([2, 6])
  },
)

compiling(title('installing a tarball that takes a library away tells whom, and what to do'), async () => {
  world.recipe('ssl', { build: libraryBuild({ name: 'ssl', major: 2 }), version: '2 1\n' })
  await well('build', 'ssl')
  for (const options of [['--dry-run'], []]) {
    const run = await well('install', ...options, 'ssl')
    expect(run.stderr).toContain(
      'ssl takes libssl.so.1 away from curl, tool: build them again with it: kith build curl tool',
    )
  }
  await well('build', 'curl', 'tool')
  await well('install', 'curl', 'tool')
  expect(runs('tool', 'git')).toEqual([2, 6])
})

compiling(title('what another tool installed, and built, is looked at too'), async () => {
  // As sh kiss leaves it: the database, and tarballs with nothing beside them.
  rmSync(join(world.root, 'var/db/kiss/.kith'), { recursive: true })
  sh('rm bin/*.offers bin/*.sha256', world.cache)
  world.recipe('ssl', { build: libraryBuild({ name: 'ssl', major: 2 }), version: '2 1\n' })
  await well('build', 'ssl')
  // No repository has it any more: the database is the last one.
  rmSync(join(world.repository, 'tool'), { recursive: true })
  sh('rm bin/ssl@2-1.tar.zst.*', world.cache)

  const dry = await well('upgrade', '--dry-run')
  expect(dry.stderr).toContain('tool will be rebuilt: it needs libssl.so.1, which the new ssl does not have')
  expect(builds(await well('upgrade', '--jobs', '1'))).toEqual(['curl rebuild', 'tool rebuild'])
  expect(runs('tool', 'git')).toEqual([2, 6])
})

compiling(
  title('an upgrade builds against the new versions also of what is needed through a package that stays'),
  async () => {
    const data = (version: number): string =>
      `#!/bin/sh -e\nsleep 0.5\nmkdir -p "$1/usr/share"\necho ${version} >"$1/usr/share/data"\n`
    const copy = '#!/bin/sh -e\nmkdir -p "$1/usr/share"\ncp /usr/share/data "$1/usr/share/copy"\n'
    world.recipe('data', { build: data(1) })
    world.recipe('between', { depends: 'data\n' })
    world.recipe('above', { build: copy, depends: 'between\n' })
    await well('build', 'above')
    await well('install', 'above')
    world.recipe('data', { build: data(2), version: '2 1\n' })
    world.recipe('above', { build: copy, depends: 'between\n', version: '2 1\n' })

    expect(builds(await well('upgrade', '--jobs', '2'))).toEqual(['data explicit', 'above explicit'])
    expect(readFileSync(join(world.root, 'usr/share/copy'), 'utf8')).toBe('2\n')
  },
)

compiling(title('what only the build of a cached package needs is not built for an upgrade'), async () => {
  world.recipe('generator', {})
  world.recipe('ssl', {
    build: libraryBuild({ name: 'ssl', major: 1 }),
    version: '1.1 1\n',
    depends: 'generator make\n',
  })
  await well('build', 'ssl')
  sh('rm bin/generator@* kith/by-key/*/generator@*', world.cache)

  expect((await well('upgrade', '--dry-run')).stderr).not.toContain('generator')
  const run = await well('upgrade')
  expect(builds(run)).toEqual([])
  expect((await well('list')).stdout).toContain('ssl 1.1-1')
  expect((await well('list')).stdout).not.toContain('generator')
})

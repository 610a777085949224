import { afterEach, beforeEach, expect, test } from 'bun:test'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, openWorld, type Run, type ScratchWorld } from './cli-fixture.ts'
import { systemBuild } from './library-recipes.ts'

const hasCompiler = Bun.spawnSync(['cc', '--version']).exitCode === 0
const compiling = test.skipIf(!isRoot || !hasCompiler)
const title = (text: string): string => `${text} (skipped without root or without cc)`

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

/** Has a program, a header and a library that no other package has. */
const friendBuild = `#!/bin/sh -e
mkdir -p "$1/usr/bin" "$1/usr/include/friendly" "$1/usr/lib"
printf '#!/bin/sh\\necho hello\\n' >"$1/usr/bin/friend"
chmod 755 "$1/usr/bin/friend"
echo 'int friend(void);' >"$1/usr/include/friendly/friend.h"
echo 'int friend(void) { return 0; }' >friend.c
cc -shared -fPIC -o "$1/usr/lib/libfriend.so" friend.c
`

/** Says much before it fails, as builds do. */
const usesTool = `#!/bin/sh -e
line=0
while [ $line -lt 10000 ]; do line=$((line + 1)); echo "this is line $line"; done
friend >"$1/greeting"
`
const usesLibrary = `#!/bin/sh -e
echo 'int main(void) { return 0; }' >main.c
cc -fno-use-linker-plugin -o "$1/main" main.c -lfriend
`
const usesHeader = `#!/bin/sh -e
printf '#include <friendly/friend.h>\\nint friend(void);\\n' >main.c
cc -I/usr/include -c -o "$1/main.o" main.c
`

/** A world with a base, in which `friend` is built, and installed too where that is asked for. */
async function prepare({ isInstalled = false } = {}): Promise<void> {
  world.recipe('base', { build: '#!/bin/sh\n', version: '1 1\n', depends: 'system\n' })
  world.recipe('system', { build: systemBuild(), version: '1 1\n' })
  const built = await world.run('build', 'base')
  expect([built.stderr, built.status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  world.recipe('friend', { build: friendBuild, version: '1 1\n' })
  expect((await world.runWith({}, 'build', '--host-tools', 'friend')).status).toBe(0)
  if (isInstalled) expect((await world.run('install', 'friend')).status).toBe(0)
}

async function failing(build: string, ...words: readonly string[]): Promise<Run> {
  world.recipe('probe', { build })
  const run = await world.run('build', ...words, 'probe')
  expect(run.status).toBe(1)
  return run
}

compiling(
  title('a command that an installed package has is told with the line to add, and the line helps'),
  async () => {
    await prepare({ isInstalled: true })
    const { stderr } = await failing(usesTool)

    expect(stderr).toContain(
      '-> probe "friend" is not in the sandbox: friend has /usr/bin/friend; if the build needs it, add to depends: friend make\n',
    )
    expect(stderr.indexOf('is not in the sandbox')).toBeLessThan(stderr.indexOf('ERROR'))
    appendFileSync(join(world.repository, 'probe/depends'), 'friend make\n')
    expect((await world.run('build', 'probe')).status).toBe(0)
  },
  120_000,
)

compiling(
  title('a header and a library that a built package has, told as needed to run'),
  async () => {
    await prepare()
    const header = await failing(usesHeader)
    const library = await failing(usesLibrary)

    expect(header.stderr).toContain(
      '"friendly/friend.h" is not in the sandbox: friend has /usr/include/friendly/friend.h; if the build needs it, add to depends: friend\n',
    )
    expect(library.stderr).toContain(
      '"-lfriend" is not in the sandbox: friend has /usr/lib/libfriend.so; if the build needs it, add to depends: friend\n',
    )
  },
  120_000,
)

compiling(
  title('what nobody has is not spoken of, nor what the recipe declares or is itself'),
  async () => {
    await prepare({ isInstalled: true })
    const nobody = await failing('#!/bin/sh -e\nnobody-has-this\n')
    world.recipe('probe', { depends: 'friend make\n' })
    const declared = await failing('#!/bin/sh -e\necho "sh: 1: friend: not found"\nexit 1\n')
    world.recipe('friend', { build: usesTool, version: '2 1\n' })
    const itself = await world.run('build', 'friend')

    for (const { stderr, status } of [nobody, declared, itself]) {
      expect(status).toBe(1)
      expect(stderr).toMatch(/not found/)
      expect(stderr).not.toContain('is not in the sandbox')
    }
  },
  120_000,
)

compiling(
  title('a recipe that is called like the missing command is proposed as a guess, and as data with --json'),
  async () => {
    await prepare()
    world.recipe('guessed')
    const { stdout } = await failing('#!/bin/sh -e\nguessed --version\n', '--json')
    const { stderr } = await failing('#!/bin/sh -e\nguessed --version\n')
    const events = stdout.split('\n').filter((line) => line.includes('"dependency-missing"'))

    expect(stderr).toContain('"guessed" is not in the sandbox: perhaps the package guessed brings it')
    expect(events.map((line): unknown => JSON.parse(line))).toEqual([
      {
        schema: 1,
        kind: 'dependency-missing',
        package: 'probe',
        dependency: 'guessed',
        line: 'guessed make',
        missing: [{ kind: 'command', name: 'guessed' }],
        others: [],
      },
    ])
  },
  120_000,
)

compiling(
  title('the interpreter of the build script itself counts too'),
  async () => {
    await prepare()
    const { stderr } = await failing('#!/usr/bin/friend\n')

    expect(stderr).toContain('friend has /usr/bin/friend; if the build needs it, add to depends: friend make')
  },
  120_000,
)

test.skipIf(!isRoot)(
  'with the tools of the host, what the host has is not spoken of (skipped without root)',
  async () => {
    world.recipe('shell', {
      build: '#!/bin/sh -e\nmkdir -p "$1/usr/bin"\n: >"$1/usr/bin/cat"\n: >"$1/usr/bin/friend"\n',
    })
    expect((await world.run('build', 'shell')).status).toBe(0)
    const present = await failing('#!/bin/sh -e\necho "sh: 1: cat: not found"\nexit 1\n')
    const missing = await failing(usesTool)

    expect(present.stderr).not.toContain('is not in the sandbox')
    expect(missing.stderr).toContain('shell has /usr/bin/friend; if the build needs it, add to depends: shell make')
  },
)

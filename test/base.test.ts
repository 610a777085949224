import { afterEach, beforeEach, expect } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sandboxed, title } from './build-fixture.ts'
import { openWorld, type ScratchWorld } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

/** A shell with the libraries it needs, taken from the host: the smallest thing that is a base. */
const shellBuild = `#!/bin/sh -e
install -Dm755 "$(command -v sh)" "$1/usr/bin/sh"
ln -s usr/bin "$1/bin"
for library in $(ldd "$(command -v sh)" | grep -o '/[^ ]*'); do install -Dm755 "$library" "$1$library"; done
`

/** Tells whether the compiler is there, with what a shell has of its own. */
const probeBuild = `#!/bin/sh -e
if command -v cc >/dev/null; then echo 'cc is there'; else echo 'no cc'; fi >"$1/seen"
if [ -e /usr/share/doc ]; then echo 'host files'; else echo 'no host files'; fi >>"$1/seen"
`

function writeRecipes(): void {
  world.recipe('base', { build: '#!/bin/sh\n', version: '1 1\n', depends: 'shell\n' })
  world.recipe('shell', { build: shellBuild, version: '1 1\n' })
  world.recipe('probe', { build: probeBuild, version: '1 1\n' })
}

async function seen(): Promise<string> {
  const built = await world.run('build', 'probe')
  expect(built.stderr).not.toContain('ERROR')
  expect((await world.run('install', 'probe')).status).toBe(0)
  return readFileSync(join(world.root, 'seen'), 'utf8')
}

sandboxed(title('without base a build sees the tools of the host, and that is said'), async () => {
  writeRecipes()
  const { stderr } = await world.run('build', 'probe')

  expect(stderr).toContain('no complete "base" is installed or built')
  expect(await seen()).toBe('cc is there\nhost files\n')
})

sandboxed(
  title('with base built, and not installed, a build sees base and what it declares, and nothing else'),
  async () => {
    writeRecipes()
    expect((await world.run('build', 'base')).status).toBe(0)

    expect(await seen()).toBe('no cc\nno host files\n')
    expect(existsSync(join(world.root, 'usr/bin/sh'))).toBe(false)
  },
)

sandboxed(title('with base installed it is the same'), async () => {
  writeRecipes()
  expect((await world.run('build', 'base')).status).toBe(0)
  expect((await world.run('install', 'base')).status).toBe(0)

  expect(await seen()).toBe('no cc\nno host files\n')
})

sandboxed(
  title('--host-tools brings the tools of the host back for one command, and "kith sandbox" shows it'),
  async () => {
    writeRecipes()
    await world.run('build', 'base')
    const without = await world.run('sandbox', 'probe')
    const withTools = await world.run('sandbox', '--host-tools', 'probe')
    const built = await world.run('build', '--host-tools', 'probe')
    await world.run('install', 'probe')

    expect(without.stdout).not.toContain('/usr of the host')
    expect(withTools.stdout).toContain('/usr of the host')
    expect(built.stderr).toContain("builds use the host's own tools")
    expect(readFileSync(join(world.root, 'seen'), 'utf8')).toBe('cc is there\nhost files\n')
  },
)

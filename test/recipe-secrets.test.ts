import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, openWorld, type Run, type ScratchWorld, sh } from './cli-fixture.ts'

/** Recipes that are after what only the person who builds may read; the secret is a canary in the scratch directory. */

const asUser = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : []
const hasNamespaces = Bun.spawnSync([...asUser, 'unshare', '--user', '--map-root-user', 'true']).exitCode === 0

const canary = 'canary-of-a-secret'
let world: ScratchWorld
let secret: string
let keys: string
beforeEach(() => {
  world = openWorld()
  chmodSync(world.directory, 0o755)
  secret = join(world.directory, 'secret')
  writeFileSync(secret, canary, { mode: 0o600 })
  keys = join(world.directory, 'home/.ssh')
  mkdirSync(keys, { mode: 0o700 })
  writeFileSync(join(keys, 'id'), canary, { mode: 0o600 })
})
afterEach(() => world[Symbol.dispose]())

/** What a hostile recipe does with all that it gets: into the package with it. */
const build = `#!/bin/sh
mkdir -p "$1/usr/share/got"
cp -rL . "$1/usr/share/got/sources"
cp -rL "$(dirname "$0")" "$1/usr/share/got/recipe"
:
`

/** Each makes a recipe called `evil` and gives what it leads to. */
const attacks: Readonly<Record<string, () => string>> = {
  'a link to a secret': () => {
    symlinkSync(secret, join(world.recipe('evil', { build }), 'x'))
    return secret
  },
  'a link into the repository, where another leads to a secret': () => {
    mkdirSync(join(world.repository, 'common'))
    symlinkSync(secret, join(world.repository, 'common/x'))
    symlinkSync('../common', join(world.recipe('evil', { build }), 'files'))
    return secret
  },
  'a link to a directory of everybody, where another leads to a secret': () => {
    const shared = join(world.directory, 'shared')
    mkdirSync(shared, { mode: 0o755 })
    symlinkSync(secret, join(shared, 'x'))
    symlinkSync(shared, join(world.recipe('evil', { build }), 'files'))
    return secret
  },
  'a link to a readable file in a private directory': () => {
    chmodSync(join(keys, 'id'), 0o644)
    symlinkSync(join(keys, 'id'), join(world.recipe('evil', { build }), 'x'))
    return join(keys, 'id')
  },
  'a private directory as a source': () => {
    world.recipe('evil', { build, sources: `${keys}\n` })
    return keys
  },
  'a directory with private files as a source': () => {
    chmodSync(keys, 0o755)
    world.recipe('evil', { build, sources: `${keys}\n` })
    return join(keys, 'id')
  },
  'a link of the repository to a private directory as a source': () => {
    mkdirSync(join(world.repository, 'common'))
    symlinkSync(keys, join(world.repository, 'common/dir'))
    world.recipe('evil', { build, sources: '../common/dir\n' })
    return keys
  },
  'a secret file as a source': () => {
    world.recipe('evil', { build, sources: `${secret}\n`, checksums: 'SKIP\n' })
    return secret
  },
}

function expectRefusal(run: Run, target: string): void {
  expect(run.stderr).toMatch(/^ERROR Cannot use ".*" in a recipe: .* not everybody may read it$/m)
  expect(run.stderr).toContain(`"${target}"`)
  expect(run.stderr).toMatch(/^-> .*\S\n$/m)
  expect(run.stdout + run.stderr).not.toContain(canary)
  expect(run.status).toBe(1)
  expect(world.cached()).toEqual([])
  expect(world.leftovers()).toEqual([])
}

const builders = [
  { who: 'root', isThere: isRoot, lacks: 'without root', under: [] },
  { who: 'an ordinary user', isThere: hasNamespaces, lacks: 'where users make no namespaces', under: asUser },
]
for (const { who, isThere, lacks, under } of builders) {
  const give = (): void => {
    if (isRoot && under.length > 0) sh('chown -R 65534:65534 .', world.directory)
  }
  for (const [what, attack] of Object.entries(attacks))
    test.skipIf(!isThere)(`${who} refuses ${what} (skipped ${lacks})`, async () => {
      const target = attack()
      give()

      expectRefusal(await world.runWith({ under }, 'build', 'evil'), target)
    })

  test.skipIf(!isThere)(`${who} builds what leads around in its repository (skipped ${lacks})`, async () => {
    const recipe = world.recipe('plain', {
      build: `${build}grep -qx kept "$1/usr/share/got/recipe/files/x" && grep -qx kept "$1/usr/share/got/sources/x"`,
      sources: 'files\n../common/x own\n',
      checksums: 'SKIP\n',
    })
    mkdirSync(join(world.repository, 'common'), { mode: 0o700 })
    writeFileSync(join(world.repository, 'common/x'), 'kept\n', { mode: 0o600 })
    symlinkSync('../common', join(recipe, 'files'))
    give()

    const { status, stderr } = await world.runWith({ under }, 'build', 'plain')

    expect([stderr, status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  })

  test.skipIf(!isThere)(`${who} gets no checksum of a secret (skipped ${lacks})`, async () => {
    const target = attacks['a secret file as a source']?.() ?? ''
    give()

    expectRefusal(await world.runWith({ under }, 'checksum', 'evil'), target)
  })
}

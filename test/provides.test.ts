import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, openWorld, type Run, type ScratchWorld } from './cli-fixture.ts'

const hasCompiler = Bun.spawnSync(['cc', '--version']).exitCode === 0
const compiling = test.skipIf(!isRoot || !hasCompiler)
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

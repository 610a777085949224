import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, openWorld, type Run, type ScratchWorld } from './cli-fixture.ts'

/** A system that root looks after, and somebody else who looks at it and builds for it: what kith keeps for itself is closed to them. */

const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
const canBuild = isRoot && Bun.spawnSync([...nobody, 'unshare', '--user', '--map-root-user', 'true']).exitCode === 0

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

test.skipIf(!canBuild)(
  'everybody may ask what is installed, and build; what only the owner may know, only the owner is told (skipped without root)',
  async () => {
    chmodSync(world.directory, 0o755)
    world.recipe('app', { build: '#!/bin/sh -e\nmkdir -p "$1/usr"\n: >"$1/usr/app"\n', depends: 'lib\n' })
    world.recipe('lib')
    for (const letter of ['b', 'i']) expect((await world.run(letter, 'app')).status).toBe(0)
    const caches = join(world.directory, 'other')
    mkdirSync(caches)
    chmodSync(caches, 0o777)
    const ask = (...argv: readonly string[]): Promise<Run> =>
      world.runWith({ under: nobody, env: { XDG_CACHE_HOME: caches, KISS_SU: '/nonexistent/su' } }, ...argv)

    expect(await ask('l')).toMatchObject({ status: 0, stdout: 'app 1.0-1\nlib 1.0-1\n', stderr: '' })
    for (const [words, told] of [
      [['s', 'lib'], `${world.repository}/lib\n${world.root}/var/db/kiss/installed/lib\n`],
      [['orphans'], 'app\n'],
      [['why', 'lib'], 'app -> lib\n'],
      [['owns', `${world.root}/usr/app`], 'app\n'],
      [['a'], ''],
      [['p'], ''],
    ] as const)
      expect(await ask(...words)).toMatchObject({ status: 0, stdout: told, stderr: '' })
    expect((await ask('info', 'app')).stdout).toContain('installed  1.0-1')
    for (const words of [['b', 'app'], ['U']]) expect((await ask(...words)).status).toBe(0)
    for (const words of [['mark'], ['orphans', '--automatic'], ['history']]) {
      const { status, stderr } = await ask(...words)
      expect([status, stderr]).toEqual([1, expect.stringContaining('permission denied\n')])
      expect(stderr).toContain('sudo runs the same command as root')
    }
    expect((await ask('r', 'app')).status).not.toBe(0)
  },
)

import { afterEach, beforeEach, describe, expect } from 'bun:test'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeTitle, sandboxed, title, withMake } from './build-fixture.ts'
import { finish, openWorld, type ScratchWorld, sh, waitUntil } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

function readProcess(id: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'latin1')
  } catch {
    return ''
  }
}

/** Processes that `ancestor` started, however far below, with their command lines. */
function descendantsOf(ancestor: number): { readonly id: number; readonly command: string }[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const stat = readProcess(name, 'stat')
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
  }
  const found = new Set([ancestor])
  for (const one of found) for (const [id, parent] of parents) if (parent === one) found.add(id)
  found.delete(ancestor)
  return [...found].map((id) => ({ id, command: readProcess(id, 'cmdline') }))
}

/** Every tarball that has its name is whole, and is what its sum says. */
function expectWholeCache(): void {
  const bin = join(world.cache, 'bin')
  for (const name of existsSync(bin) ? readdirSync(bin).filter((one) => one.endsWith('.tar.zst')) : []) {
    // A tar is whole blocks, with two of zeros at its end.
    const tar = Bun.zstdDecompressSync(readFileSync(join(bin, name)))
    expect([tar.length % 512, tar.subarray(-1024).some((byte) => byte !== 0)]).toEqual([0, false])
    if (existsSync(join(bin, `${name}.sha256`))) sh(`sha256sum -c '${name}.sha256'`, bin)
  }
}

const installsMuch = '#!/bin/sh -e\nmkdir -p $1/usr\nhead -c 15000000 /dev/urandom >$1/usr/large\n'

describe('a kill in the middle of a build', () => {
  for (const stage of ['packing', 'unpacking'] as const)
    sandboxed(
      title(`of the worker that is ${stage}: that build fails, the other goes on, --resume ends it`),
      async () => {
        if (stage === 'packing') world.recipe('victim', { build: installsMuch })
        else {
          const recipe = world.recipe('victim', { sources: 'files/many.tar\n' })
          sh(
            'mkdir many files; head -c 40000000 /dev/zero >many/zeros; tar -cf files/many.tar many; rm -r many',
            recipe,
          )
          await world.run('checksum', 'victim')
        }
        world.recipe('other', { build: '#!/bin/sh -e\nsleep 2\n' })
        const child = world.startWith(
          { env: { MAKEFLAGS: '-j2' } },
          'build',
          '--keep-going',
          '--jobs',
          '2',
          '--json',
          'victim',
          'other',
        )
        const worker = () => descendantsOf(child.pid).find(({ command }) => /^[^\0]*\0__worker\0/.test(command))
        const large = join(world.cache, 'proc', String(child.pid), 'pkg/victim/usr/large')
        // Before it much is hashed, which takes as long as it takes.
        while (child.exitCode === null && !(worker() !== undefined && (stage !== 'packing' || existsSync(large))))
          await Bun.sleep(5)
        process.kill(worker()?.id ?? 0, 'SIGKILL')
        const run = await finish(child)

        expect(run.status).toBe(1)
        expect(run.stderr).toContain('the worker ended with status 137')
        expect(world.cached()).toEqual(['other@1.0-1.tar.zst'])
        expect(world.leftovers()).toEqual([])
        const resumed = await world.run('build', '--resume')
        expect([resumed.status, world.cached().length]).toEqual([0, 2])
        expectWholeCache()
      },
    )

  sandboxed(
    title('of kith, at whatever moment: the cache has whole artifacts or none, and --resume ends it'),
    async () => {
      for (const name of ['one', 'two', 'three'])
        world.recipe(name, { build: installsMuch.replace('15000000', '5000000') })
      const words = ['build', '--jobs', '2', 'one', 'two', 'three']
      // Where in the build it is killed: each step of it is hit.
      for (const afterMs of [200, 500, 800, 1100, 1500]) {
        const child = world.start(...words)
        await Promise.race([child.exited, Bun.sleep(afterMs)])
        child.kill('SIGKILL')
        await finish(child)
        await waitUntil(() => !world.leftovers().some((one) => one.startsWith('process') || one.startsWith('/')))
        expectWholeCache()
      }
      const resumed = await world.run('build', '--resume')

      if (resumed.status !== 0) expect(resumed.stderr).toContain('no build of several packages has failed')
      expect((await world.run(...words)).status).toBe(0)
      expect(world.cached()).toHaveLength(3)
      expect(world.leftovers()).toEqual([])
      expectWholeCache()
    },
  )

  withMake(makeTitle('of kith while its makes have all tokens: none is lost, --resume ends it'), async () => {
    const makefile = 'all: $(addprefix t,$(shell seq 6))\nt%: ; @sleep 30.07\n'
    const build = '#!/bin/sh -e\ncp "$(dirname "$0")/files/Makefile" .\nmake\n'
    const count = (): number =>
      readdirSync('/proc').filter((id) => /^\d+$/.test(id) && readProcess(id, 'cmdline') === 'sleep\x0030.07\0').length
    for (const name of ['one', 'two']) world.recipe(name, { build, 'files/Makefile': makefile })
    const env = { MAKEFLAGS: '-j4' }
    const child = world.startWith({ env }, 'build', '--jobs', '2', 'one', 'two')
    await waitUntil(() => count() === 4)

    child.kill('SIGKILL')
    await finish(child)
    await waitUntil(() => count() === 0)
    for (const name of ['one', 'two'])
      world.recipe(name, { build, 'files/Makefile': makefile.replace('seq 6', 'seq 12').replace('30.07', '0.307') })
    const resumed = world.startWith({ env }, 'build', '--resume')
    let most = 0
    const watched = finish(resumed)
    while (resumed.exitCode === null) {
      most = Math.max(most, descendantsOf(resumed.pid).filter(({ command }) => command === 'sleep\x000.307\0').length)
      await Bun.sleep(5)
    }

    expect((await watched).status).toBe(0)
    expect(most).toBe(4)
    expect(world.cached()).toHaveLength(2)
    expect(statSync(join(world.cache, 'bin')).isDirectory()).toBe(true)
    expect(world.leftovers()).toEqual([])
  })
})

import { afterEach, beforeEach, describe, expect } from 'bun:test'
import { join } from 'node:path'
import { sandboxed, title } from './build-fixture.ts'
import { isRoot, openWorld, type Run, type ScratchWorld, sh } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

describe('a full disk', () => {
  const limitMiB = 12
  beforeEach(() => {
    if (isRoot) sh(`mount -t tmpfs -o size=${limitMiB}m tmpfs ${join(world.cache, '..')}`, '/')
  })
  const expectFull = ({ status, stderr }: Run): void => {
    expect(stderr).not.toContain('bug in kith')
    expect(stderr).toMatch(/^ERROR Cannot .*no space left/im)
    expect(stderr).toMatch(/^-> df -h/m)
    expect(status).toBe(1)
    expect(world.cached()).toEqual([])
    expect(world.leftovers().filter((one) => one !== join(world.cache, '..'))).toEqual([])
  }

  sandboxed(title('while unpacking'), async () => {
    const recipe = world.recipe('big', { sources: 'big.tar.gz\n', checksums: 'SKIP\n' })
    sh(`mkdir top; head -c 20000000 /dev/zero >top/zeros; tar czf ${recipe}/big.tar.gz top; rm -r top`, world.directory)

    const run = await world.run('build', 'big')

    expectFull(run)
    expect(run.stderr).toContain(`${world.cache}/proc/`)
  })

  sandboxed(title('while building'), async () => {
    world.recipe('big', { build: '#!/bin/sh -e\nhead -c 20000000 /dev/zero >"$1/zeros"\n' })

    const run = await world.run('build', 'big')

    // The log has no room either.
    expectFull(run)
    expect(run.stderr).toContain(`${world.cache}/logs/`)
  })

  sandboxed(title('while writing the log'), async () => {
    world.recipe('loud', { build: '#!/bin/sh -e\nhead -c 20000000 /dev/zero | tr "\\0" "\\n"\nsleep 30\n' })

    const run = await world.run('build', 'loud')

    expectFull(run)
    expect(run.stderr).toContain(`${world.cache}/logs/`)
  })

  sandboxed(title('while packing'), async () => {
    const megabytes = 8
    world.recipe('big', { build: `#!/bin/sh -e\nhead -c ${megabytes}000000 /dev/urandom >"$1/noise"\n` })

    expectFull(await world.run('build', 'big'))
  })
})

import { afterEach, beforeEach, describe, expect } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sandboxed, title } from './build-fixture.ts'
import { finish, openWorld, type ScratchWorld, sh, waitUntil } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

/** Cgroups that this kith made, wherever cgroups are mounted. */
function cgroupsOf(id: number): string[] {
  return sh('find /sys/fs/cgroup -type d -name "kith-*" 2>/dev/null || :', '/')
    .split('\n')
    .filter((path) => path.includes(`/kith-${id}-`))
}

describe('kith ended in the middle of a build', () => {
  const isBuilding = (): boolean => world.cached('proc').some((path) => path.endsWith('/started'))
  const endless = `#!/bin/sh -e
sleep 1000 &
setsid -f sleep 1000 >/dev/null 2>&1 </dev/null
( while :; do mkdir -p "$1/made/$$"; rm -rf "$1/made"; done ) >/dev/null 2>&1 &
: >"$1/started"
sleep 1000
`

  for (const [signal, toGroup, status] of [
    ['SIGINT', false, 130],
    ['SIGINT', true, 130],
    ['SIGTERM', false, 130],
  ] as const)
    sandboxed(title(`by ${signal}${toGroup ? ' to the whole group, as from a terminal' : ''}`), async () => {
      world.recipe('endless', { build: endless })
      const child = world.start('build', 'endless')
      await waitUntil(isBuilding)

      process.kill(toGroup ? -child.pid : child.pid, signal)
      const run = await finish(child)

      expect(run.stderr).toContain('Interrupted')
      expect(run.status).toBe(status)
      expect(world.leftovers()).toEqual([])
      expect(cgroupsOf(child.pid)).toEqual([])
    })

  sandboxed(title('by SIGKILL: the next command clears what is left'), async () => {
    world.recipe('endless', { build: endless })
    world.recipe('quick')
    const child = world.start('build', 'endless')
    await waitUntil(isBuilding)
    const hadCgroups = cgroupsOf(child.pid).length > 0

    child.kill('SIGKILL')
    await finish(child)
    const isAlive = (): boolean => world.leftovers().some((one) => one.startsWith('process') || one.startsWith('/'))
    await waitUntil(() => !isAlive())
    expect(world.leftovers()).not.toEqual([])
    expect(cgroupsOf(child.pid).length > 0).toBe(hadCgroups)
    const next = await world.run('build', 'quick')

    expect(next.status).toBe(0)
    expect(world.leftovers()).toEqual([])
    expect(cgroupsOf(child.pid)).toEqual([])
  })

  for (const victim of ['the first process of the sandbox', 'unshare above it'] as const)
    sandboxed(title(`by a kill of ${victim}: the build fails, and nothing stays`), async () => {
      world.recipe('endless', { build: endless })
      const child = world.start('build', 'endless')
      await waitUntil(isBuilding)
      const name = victim === 'unshare above it' ? /unshare/ : /^process \d+ \S+ __sandbox/
      const lines = world.leftovers().filter((one) => name.test(one) && !one.includes('setpriv'))
      const ids = lines.map((line) => Number(line.split(' ')[1]))

      for (const id of ids) process.kill(id, 'SIGKILL')
      const run = await finish(child)

      expect(ids.length).toBeGreaterThan(0)
      expect([run.status, run.stderr]).toEqual([1, expect.stringContaining('ERROR Cannot')])
      expect(world.leftovers()).toEqual([])
      expect(cgroupsOf(child.pid)).toEqual([])
    })

  sandboxed(title('by SIGKILL: list clears it too, and spares what sh kiss or a living kith has'), async () => {
    world.recipe('endless', { build: endless })
    mkdirSync(join(world.cache, 'proc/1/pkg'), { recursive: true })
    const dead = world.start('build', 'endless')
    await waitUntil(isBuilding)
    dead.kill('SIGKILL')
    await finish(dead)
    await waitUntil(() => !world.leftovers().some((one) => one.startsWith('process')))
    const living = world.start('build', 'endless')
    await waitUntil(() => world.cached('proc').some((path) => path === `${living.pid}/pkg/endless/started`))

    await world.run('list')
    const kept = new Set(world.cached('proc').map((path) => path.split('/')[0]))
    living.kill('SIGTERM')
    await finish(living)

    expect([...kept].sort()).toEqual(['1', String(living.pid)].sort())
  })

  sandboxed(title('KISS_DEBUG keeps the work directory for good'), async () => {
    world.recipe('kept', { build: '#!/bin/sh -e\n: >"$1/made"\n' })

    await world.runWith({ env: { KISS_DEBUG: '1' } }, 'build', 'kept')
    await world.run('list')

    expect(world.cached('proc').some((path) => path.endsWith('/pkg/kept/made'))).toBe(true)
  })
})

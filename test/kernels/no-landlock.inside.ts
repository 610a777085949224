import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync } from 'node:fs'
import { openWorld, type ScratchWorld, sh } from '../cli-fixture.ts'

/** Run in a guest by inside.sh, whose kernel was told to leave Landlock out. */
let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
  chmodSync(world.directory, 0o755)
  world.recipe('any')
  sh('chown -R 65534:65534 .', world.directory)
})
afterEach(() => world[Symbol.dispose]())

const users = {
  root: [],
  'an ordinary user': ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'],
} as const

for (const [who, under] of Object.entries(users))
  test(`without Landlock ${who} builds, and is warned`, async () => {
    const { stderr, status } = await world.runWith({ under }, 'build', 'any')

    expect([stderr, status]).toEqual([expect.not.stringContaining('ERROR'), 0])
    expect(stderr).toContain('WARNING this kernel has no Landlock')
  })

test('kith doctor tells how to switch Landlock on', async () => {
  const { stdout, status } = await world.run('doctor')

  expect(stdout).toMatch(/warning +landlock +not switched on \(/)
  expect(stdout).toMatch(/-> Boot with lsm=landlock,/)
  expect(status).toBe(0)
})

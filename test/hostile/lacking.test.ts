import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openWorld, type ScratchWorld } from '../cli-fixture.ts'
import { writeArtifact } from './artifact.ts'
import { type Canary, openCanary } from './canary.ts'

/** Staging where the kernel, or a container around kith, lacks something: it works, and what is hostile is refused still. */
let world: ScratchWorld
let canary: Canary
beforeEach(() => {
  world = openWorld()
  canary = openCanary()
})
afterEach(() => {
  world[Symbol.dispose]()
  canary[Symbol.dispose]()
})

const hasStrace = Bun.which('strace') !== null && Bun.spawnSync(['strace', '-qq', 'true']).exitCode === 0
const inject = (call: string, error: string): string[] => [
  'strace',
  '-f',
  '-qq',
  '-o',
  '/dev/null',
  '-e',
  `trace=${call}`,
  '-e',
  `inject=${call}:error=${error}`,
]

async function installBoth(under: readonly string[]): Promise<void> {
  const good = writeArtifact(world.directory, { name: 'good', members: [{ name: 'usr/bin/tool', content: 'tool' }] })
  const members = [
    { name: 'way', type: '2', linkName: canary.outside },
    { name: 'way/file', content: 'owned' },
  ]
  const evil = writeArtifact(world.directory, { name: 'evil', members })

  const installed = await world.runWith({ under }, 'install', good)
  const refused = await world.runWith({ under }, 'install', evil)

  expect(installed.stderr).not.toContain('ERROR')
  expect(installed.status).toBe(0)
  expect(readFileSync(join(world.root, 'usr/bin/tool'), 'utf8')).toBe('tool')
  expect(refused.stderr).toContain('behind a symlink')
  expect(refused.status).toBe(1)
  expect(existsSync(join(world.root, 'way'))).toBe(false)
  expect(canary.changes()).toEqual([])
}

for (const [what, under] of [
  ['Landlock', inject('landlock_create_ruleset', 'ENOSYS')],
  ['Landlock, as a container refuses it', inject('landlock_create_ruleset', 'EPERM')],
  ['seccomp filters', inject('seccomp', 'EINVAL')],
  ['openat2', inject('openat2', 'ENOSYS')],
] as const)
  test.skipIf(!hasStrace)(`kith install stages artifacts without ${what} (skipped without strace)`, async () => {
    await installBoth(under)
  })

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { openWorld, type ScratchWorld, sh } from '../cli-fixture.ts'

/** Run in a guest by inside.sh, as root: user namespaces are switched off for the time of a test. */
const setting = '/proc/sys/user/max_user_namespaces'
const asUser = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
const before = readFileSync(setting, 'utf8')

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
  chmodSync(world.directory, 0o755)
  world.recipe('any')
  sh('chown -R 65534:65534 .', world.directory)
  writeFileSync(setting, '0')
})
afterEach(() => {
  writeFileSync(setting, before)
  world[Symbol.dispose]()
})

test('without user namespaces an ordinary user is told what to allow', async () => {
  const { stderr, status } = await world.runWith({ under: asUser }, 'b', 'any')

  expect(status).toBe(1)
  expect(stderr).toContain('this system refuses user namespaces')
  expect(stderr).toContain('user.max_user_namespaces')
})

test('without user namespaces kith doctor tells an ordinary user that builds do not work, and root that theirs do', async () => {
  const ofUser = await world.runWith({ under: asUser }, 'doctor')
  const ofRoot = await world.run('doctor')

  expect(ofUser.stdout).toMatch(/failing +user-namespaces +refused to ordinary users/)
  expect(ofUser.stdout).toContain('sysctl -w user.max_user_namespaces=15000')
  expect(ofUser.status).toBe(1)
  expect(ofRoot.stdout).toMatch(/warning +user-namespaces +refused to ordinary users/)
  expect(ofRoot.status).toBe(0)
})

test('without user namespaces root builds', async () => {
  const { stderr, status } = await world.run('b', 'any')

  expect([stderr, status]).toEqual([expect.not.stringContaining('ERROR'), 0])
})

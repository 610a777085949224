import { afterEach, beforeEach, describe, expect } from 'bun:test'
import { sandboxed, title } from './build-fixture.ts'
import { openWorld, type Run, type ScratchWorld } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

const build = async (limits: string, script: string, ...options: readonly string[]): Promise<Run> => {
  world.recipe('greedy', { build: `#!/bin/sh -e\n${script}\n` })
  return await world.runWith({ env: { KITH_LIMITS: limits } }, 'build', ...options, 'greedy')
}

describe('a build ends', () => {
  const cases = [
    ['at its time limit', 'time=1s', 'while :; do echo busy; sleep 0.1; done', 'it took longer than its time limit'],
    ['when it says nothing for too long', 'silence=1s', 'echo one; sleep 1000', 'it said nothing for longer'],
    ['before the disk is full', 'free=900T', 'sleep 1000', 'the disk is nearly full'],
  ] as const
  for (const [name, limits, script, sentence] of cases)
    sandboxed(title(`${name}, and the error says how to allow more`), async () => {
      const { status, stderr } = await build(limits, script)

      expect(status).toBe(1)
      expect(stderr).toContain(`ERROR Cannot build "greedy": ${sentence}`)
      expect(stderr).toContain(`KITH_LIMITS='${limits.split('=')[0]}=`)
      expect(world.leftovers()).toEqual([])
    })

  sandboxed(title('with the limit as data'), async () => {
    const { stdout } = await build('time=1s', 'sleep 1000', '--json')
    const error = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .find(({ kind }) => kind === 'error')

    expect(error).toMatchObject({ code: 'build-limit-reached', details: { package: 'greedy', limit: 'time' } })
  })
})

sandboxed(title('a wrong limit is told before anything is done'), async () => {
  const { status, stderr } = await build('memory=lots', 'exit 0')

  expect(status).toBe(1)
  expect(stderr).toContain('memory=lots')
  expect(stderr).toContain('a size like 512M or 8G')
})

describe('the network', () => {
  const reach = (port: number): string => `#!/bin/bash
if exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q reached <&3; then echo OPEN; else echo CLOSED; fi
[ -e /etc/resolv.conf ] && echo NAMES || echo NONAMES
exit 0
`
  const outcome = ({ stderr }: Run): string[] =>
    stderr.split('\n').flatMap((line) => /^(?:\w+ +\| )?([A-Z]+)$/.exec(line)?.[1] ?? [])

  sandboxed(
    title('is reached by whom --network names, or KITH_NETWORK, and by nobody else; the plan shows it'),
    async () => {
      using server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('reached') })
      world.recipe('dependency', { build: reach(server.port ?? 0) })
      world.recipe('named', { build: reach(server.port ?? 0), depends: 'dependency make\n' })
      const closed = await world.run('build', 'named')
      const open = await world.run('build', '--network', 'named')
      const configured = await world.runWith({ env: { KITH_NETWORK: 'other named' } }, 'b', 'dependency', 'named')
      const planned = await world.run('b', '--dry-run', '--network', 'named')

      expect(outcome(closed)).toEqual(['CLOSED', 'NONAMES', 'CLOSED', 'NONAMES'])
      expect(outcome(open)).toEqual(['OPEN', 'NAMES'])
      expect(outcome(configured)).toEqual(['CLOSED', 'NONAMES', 'OPEN', 'NAMES'])
      expect(planned.stderr).toContain('named (1/1) will build (explicit) with the network of this host')
      expect(configured.stderr).toContain('dependency (1/2) will build (implicit)\n')
    },
  )
})

sandboxed(title('a build cannot end its init, whose death would be taken for a fault of the sandbox'), async () => {
  const signals =
    'for signal in ILL TRAP ABRT BUS FPE SEGV SYS TERM INT HUP; do kill -s $signal 1; done; sleep 0.2; echo alive'

  expect((await build('', signals)).stderr).toContain('alive\n')
})

sandboxed(title('the plan shows which files of the host a build sees'), async () => {
  world.recipe('plain')
  const env = { KISS_SANDBOX_FILES: '/usr /usr/share:rw' }

  expect((await world.runWith({ env }, 'build', '--dry-run', 'plain')).stderr).toContain(
    'builds see /usr (read-only), /usr/share (read-write)',
  )
})

sandboxed(title('what cannot be written is no success; a reader that has seen enough is'), async () => {
  const kith = world.executable
  const status = (script: string): number =>
    Bun.spawnSync(['bash', '-c', script], { env: world.environment, stderr: 'ignore' }).exitCode

  expect(status(`"${kith}" doctor --json >/dev/full`)).toBe(1)
  expect(status(`"${kith}" doctor --json | head -c 10 >/dev/null; exit "\${PIPESTATUS[0]}"`)).toBe(0)
})

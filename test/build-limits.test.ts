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
  const outcome = ({ stderr }: Run): string[] => stderr.split('\n').filter((line) => /^[A-Z]+$/.test(line))

  sandboxed(
    title('is reached by whom --network names, or KITH_NETWORK, and by nobody else; the plan shows it'),
    async () => {
      using server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('reached') })
      world.recipe('dependency', { build: reach(server.port ?? 0) })
      world.recipe('named', { build: reach(server.port ?? 0), depends: 'dependency make\n' })
      const closed = await world.run('build', 'named')
      const open = await world.run('build', '--network', 'named')
      const configured = await world.runWith({ env: { KITH_NETWORK: 'other named' } }, 'build', 'dependency', 'named')
      const planned = await world.run('build', '--dry-run', '--network', 'named')

      expect(outcome(closed)).toEqual(['CLOSED', 'NONAMES', 'CLOSED', 'NONAMES'])
      expect(outcome(open)).toEqual(['OPEN', 'NAMES'])
      expect(outcome(configured)).toEqual(['CLOSED', 'NONAMES', 'OPEN', 'NAMES'])
      expect(planned.stderr).toContain('named (1/1) will build (explicit) with the network of this host')
      expect(configured.stderr).toContain('dependency (1/2) will build (implicit)\n')
    },
  )
})

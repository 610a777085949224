import { afterEach, beforeEach, describe, expect } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { makeTitle, sandboxed, title, withMake } from './build-fixture.ts'
import { finish, openWorld, type ScratchWorld, waitUntil } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

/** A build whose make has many pieces of work, each a `sleep` of this odd length: seen from outside by its argument. */
function compiling(seconds: string, pieces = 24, firstWaits = '0'): Readonly<Record<string, string>> {
  const makefile = `all: $(addprefix t,$(shell seq ${pieces}))\nt%: ; @sleep ${seconds}\n`
  const build = '#!/bin/sh -e\necho "MAKEFLAGS=$MAKEFLAGS"\ncp "$(dirname "$0")/files/Makefile" .\n'
  return { build: `${build}sleep ${firstWaits}\nmake\n`, 'files/Makefile': makefile }
}

/** How many programs with this argument run just now. */
function countRunning(argument: string): number {
  const isIt = (id: string): boolean => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'latin1') === `sleep\0${argument}\0`
    } catch {
      return false
    }
  }
  return readdirSync('/proc').filter((id) => /^\d+$/.test(id) && isIt(id)).length
}

/** Looks until the child ends; gives the highest count of each argument, and of all together. */
async function watch(child: ReturnType<ScratchWorld['start']>, ...names: string[]) {
  const most: Record<string, number> = { all: 0, ...Object.fromEntries(names.map((one) => [one, 0])) }
  let isRunning = true
  const ended = finish(child).finally(() => {
    isRunning = false
  })
  while (isRunning) {
    const counts = names.map((one) => [one, countRunning(one)] as const)
    for (const [one, count] of [...counts, ['all', counts.reduce((sum, [, count]) => sum + count, 0)] as const])
      most[one] = Math.max(most[one] ?? 0, count)
    await Bun.sleep(3)
  }
  return { most, run: await ended }
}

/** A package with a make of this description, which a build that depends on it finds before the host's. */
function makeNamed(words: string): Readonly<Record<string, string>> {
  const script = `#!/bin/sh\n# ${words}\necho nothing to do\n`
  const build =
    '#!/bin/sh -e\nmkdir -p "$1/usr/bin"\ncp "$(dirname "$0")/files/make" "$1/usr/bin/make"\nchmod 755 "$1/usr/bin/make"\n'
  return { build, 'files/make': script }
}

const makeFlagsIn = (text: string): string | undefined => /MAKEFLAGS=(.*)/.exec(text)?.[1]

describe('the jobserver', () => {
  withMake(
    makeTitle('lets several makes run as many programs together as one alone, and uses all of that'),
    async () => {
      world.recipe('one', compiling('0.0411'))
      world.recipe('two', compiling('0.0412'))
      const env = { MAKEFLAGS: '-j4' }
      const { most, run } = await watch(world.startWith({ env }, 'build', 'one', 'two'), '0.0411', '0.0412')

      expect(run.status).toBe(0)
      expect(most.all).toBe(4)
      expect(run.stderr).toMatch(/one +\| MAKEFLAGS=-j4 --jobserver-auth=/)
    },
  )

  withMake(makeTitle('gives a build alone all tokens, and keeps other flags'), async () => {
    world.recipe('one', compiling('0.0421'))
    const { most, run } = await watch(world.startWith({ env: { MAKEFLAGS: 'ks -j 3' } }, 'build', 'one'), '0.0421')

    expect([run.status, most.all]).toEqual([0, 3])
    expect(makeFlagsIn(run.stderr)).toMatch(/^-j3 --jobserver-auth=\S+ -ks$/)
  })

  withMake(makeTitle('a build that writes tokens of its own gives others none'), async () => {
    const hostile = 'while :; do head -c 3000 /dev/zero >&61; sleep 0.01; done'
    world.recipe('hostile', { build: `#!/bin/sh\ntimeout 3 bash -c '${hostile}'\n:\n` })
    world.recipe('honest', compiling('0.0431', 12))
    const env = { MAKEFLAGS: '-j2' }
    const child = world.startWith({ env }, 'build', '--jobs', '2', '--json', 'hostile', 'honest')
    const { most, run } = await watch(child, '0.0431')
    const ends = run.stdout.split('\n').filter((line) => line.includes('"build-finished"'))

    // While both run, each has its own token and there is no other.
    expect([run.status, most.all]).toEqual([0, 1])
    expect(ends[0]).toContain('honest')
  })

  for (const victim of ['make', 'the sandbox'])
    withMake(makeTitle(`a kill of ${victim} in one build loses no token: the other gets all`), async () => {
      world.recipe('victim', compiling('30', 8))
      // By then the victim has every token but the other's own.
      world.recipe('other', compiling('0.0441', 60, '1'))
      const env = { MAKEFLAGS: '-j4' }
      const child = world.startWith({ env }, 'build', '--keep-going', 'victim', 'other')
      const watched = watch(child, '0.0441', '30')
      await waitUntil(() => countRunning('30') === 3 && countRunning('0.0441') > 0)
      const sleeps = processes((line) => line === 'sleep\x0030\0')
      const own = parentOf(sleeps[0] ?? 0)
      const init = victim === 'make' ? own : parentOf(parentOf(own))

      process.kill(init, 'SIGKILL')
      const { most, run } = await watched
      world.recipe('victim', compiling('0.01', 1))
      const resumed = await world.run('build', '--resume')

      expect(run.status).toBe(1)
      expect(most['0.0441']).toBe(4)
      expect(most.all).toBe(4)
      expect([resumed.status, world.cached().length]).toEqual([0, 2])
      expect(world.leftovers()).toEqual([])
    })

  sandboxed(title('speaks to each make as it understands, and reaches only where it is taken'), async () => {
    const build = '#!/bin/sh -e\necho "MAKEFLAGS=$MAKEFLAGS SAMUFLAGS=$SAMUFLAGS"\nls -l /kith /proc/self/fd\n'
    const printed: Record<string, string> = {}
    for (const [label, words] of [
      ['new', 'jobserver-auth jobserver-fifo'],
      ['older', 'jobserver-auth'],
      ['old', 'jobserver-fds'],
    ] as const) {
      world.recipe('make', makeNamed(words))
      world.recipe('user', { build, depends: 'make make\n' })
      await world.run('build', 'make')
      const { stderr } = await world.runWith({ env: { MAKEFLAGS: '-j6' } }, 'build', '--jobs', '2', 'user')
      printed[label] = stderr
    }

    expect(makeFlagsIn(printed.new ?? '')).toBe('-j6 --jobserver-auth=fifo:/kith/jobserver SAMUFLAGS=')
    expect(printed.new).toMatch(/prw------- .* jobserver/)
    expect(printed.new).not.toMatch(/ 6[01] -> /)
    expect(makeFlagsIn(printed.older ?? '')).toBe('-j6 --jobserver-auth=60,61 SAMUFLAGS=')
    expect(printed.older).toMatch(/ 60 -> \/kith\/jobserver\n.* 61 -> \/kith\/jobserver/)
    expect(makeFlagsIn(printed.old ?? '')).toBe('-j6 SAMUFLAGS=-j6')
    expect(printed.old).not.toContain('jobserver\n')
  })

  sandboxed(
    title('the mode of its pipe is not a build\'s to change, and "-j" without a number stays as it is'),
    async () => {
      world.recipe('one', {
        build:
          '#!/bin/sh\nchmod 777 /kith/jobserver\ntouch /kith/jobserver\nrm /kith/jobserver\necho "MAKEFLAGS=$MAKEFLAGS"\n',
      })
      const limited = await world.runWith({ env: { MAKEFLAGS: '-j2' } }, 'build', 'one')
      const unlimited = await world.runWith({ env: { MAKEFLAGS: '-k -j' } }, 'build', 'one')

      expect(limited.stderr.match(/Read-only file system|busy/g)?.length).toBe(3)
      expect(makeFlagsIn(unlimited.stderr)).toBe('-k -j')
      expect(unlimited.stderr).toContain('No such file')
    },
  )
})

function processes(isIt: (commandLine: string) => boolean): number[] {
  return readdirSync('/proc')
    .filter((id) => /^\d+$/.test(id))
    .map(Number)
    .filter((id) => {
      try {
        return isIt(readFileSync(`/proc/${id}/cmdline`, 'latin1'))
      } catch {
        return false
      }
    })
}

function parentOf(id: number): number {
  const stat = readFileSync(`/proc/${id}/stat`, 'latin1')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Attempt, always, onlyRoot, type Stopper } from '../attempt.ts'
import { type Bench, hasEscaped, type Report } from '../bench.ts'
import { startVictim, type Victim } from '../victim.ts'

/** As soon as a process is in any domain of Landlock it can trace no process outside. */
const traced: readonly Stopper[] = [
  'pid-namespace',
  'capabilities',
  'landlock-files',
  'landlock-ports',
  'landlock-scopes',
]
const untraceable = 'the user namespace stops it, without which nothing is rootless'

interface OnVictim {
  readonly name: string
  readonly stoppers: Attempt['stoppers']
  readonly words: (victim: Victim) => readonly string[]
  readonly succeeded: (victim: Victim, report: Report) => Promise<boolean> | boolean
}

const onVictim = ({ name, stoppers, words, succeeded }: OnVictim): Attempt => ({
  name: `${name} a process of the host`,
  theme: 'processes',
  stoppers,
  run: async (bench, dropped) => {
    using victim = await startVictim(bench)
    const report = await bench.attack(words(victim), { dropped })
    hasEscaped(report)
    return await succeeded(victim, report)
  },
})

const onLauncher = (name: string, words: readonly string[], stoppers: readonly Stopper[]): Attempt => ({
  name,
  theme: 'processes',
  stoppers: () => stoppers,
  run: async (bench, dropped) => hasEscaped(await bench.attack(words, { dropped })),
})

const forging = (name: string, word: string, stoppers: readonly Stopper[]): Attempt => ({
  name,
  theme: 'processes',
  stoppers: () => stoppers,
  run: async (bench, dropped) => {
    const report = await bench.attack([word], { dropped })
    return hasEscaped(report) && report.result.status === 0
  },
})

const victims: readonly Attempt[] = [
  onVictim({
    name: 'send a signal to',
    stoppers: always('pid-namespace', 'landlock-scopes'),
    words: ({ id }) => ['send-signal', String(id)],
    succeeded: async (victim) => (await victim.ask()) === undefined,
  }),
  onVictim({
    name: 'read the command line of',
    stoppers: always('pid-namespace'),
    words: ({ id }) => ['print-entry', String(id), 'cmdline'],
    succeeded: (_victim, { text }) => /^READ .*attack/m.test(text),
  }),
  onVictim({
    name: 'read the environment of',
    // Whoever may watch the performance of everything may read memory, too, whatever Landlock says.
    stoppers: onlyRoot(['pid-namespace', 'capabilities'], untraceable),
    words: ({ id }) => ['print-entry', String(id), 'environ'],
    succeeded: ({ secret }, { text }) => text.includes(secret),
  }),
  onVictim({
    name: 'open the memory of',
    stoppers: onlyRoot([...traced, 'read-only-proc'], untraceable),
    words: ({ id }) => ['open-memory', String(id)],
    succeeded: (_victim, report) => hasEscaped(report),
  }),
  onVictim({
    name: 'write to the memory of',
    stoppers: onlyRoot([...traced, 'seccomp'], untraceable),
    words: ({ id, address }) => ['write-memory', String(id), address],
    succeeded: async (victim) => (await victim.ask()) === 'changed',
  }),
  onVictim({
    name: 'trace',
    stoppers: onlyRoot([...traced, 'seccomp'], untraceable),
    words: ({ id }) => ['attach', String(id)],
    succeeded: (_victim, report) => hasEscaped(report),
  }),
  onVictim({
    name: 'enter the namespaces of',
    stoppers: onlyRoot([...traced, 'seccomp'], untraceable),
    words: ({ id }) => ['enter-namespace', String(id), 'uts'],
    succeeded: (_victim, report) => hasEscaped(report),
  }),
]

const launcher: readonly Attempt[] = [
  onLauncher('read the environment of the launcher', ['print-entry', '1', 'environ'], ['undumpable']),
  onLauncher('read the memory of the launcher', ['read-memory', '1'], ['undumpable', 'seccomp']),
  onLauncher(
    'open the memory of the launcher for writing',
    ['open-memory', '1'],
    ['undumpable', 'read-only-proc', 'landlock-files'],
  ),
  onLauncher('trace the launcher', ['attach', '1'], ['undumpable', 'seccomp']),
  forging('report a failed build as a success, by the pipe of the launcher', 'forge-by-path', ['undumpable']),
  forging('report a failed build as a success, by pidfd_getfd', 'forge-by-descriptor', ['undumpable', 'seccomp']),
]

const rights: readonly Attempt[] = [
  {
    name: 'be root again by a setuid program',
    theme: 'processes',
    stoppers: onlyRoot(['no-setuid', 'no-new-privileges'], 'there is but one user inside'),
    run: async (bench, dropped) => {
      const program = join(bench.layers.top, 'opt/setuid')
      copyFileSync(bench.equipment.attack, program)
      chmodSync(program, 0o4755)
      return hasEscaped(await bench.attack(['regain-user', '/opt/setuid'], { dropped }))
    },
  },
  {
    name: 'have capabilities again by a program that it gave them to',
    theme: 'processes',
    stoppers: onlyRoot(['no-setuid', 'no-new-privileges'], 'there is but one user inside'),
    run: async (bench, dropped) => {
      copyFileSync(bench.equipment.attack, join(bench.work.build, 'program'))
      return hasEscaped(await bench.attack(['regain-by-file', '/kith/build/probe/program'], { dropped }))
    },
  },
  {
    name: 'have capabilities again that it gave up',
    theme: 'processes',
    stoppers: always('no-new-privileges'),
    run: async (bench, dropped) =>
      hasEscaped(await bench.attack(['regain-capabilities', '/kith/recipe/probe/build'], { dropped })),
  },
]

const lifetime: readonly Attempt[] = [
  {
    name: 'leave a daemon behind',
    theme: 'processes',
    stoppers: always('pid-namespace'),
    run: async (bench, dropped) => {
      const { text } = await bench.attack(['stay', '/kith/build/probe/alive'], { dropped })
      if (!text.includes('STARTED')) throw new Error(`the daemon did not start: ${text}`)
      await Bun.sleep(900)
      return existsSync(join(bench.work.build, 'alive'))
    },
  },
  {
    name: "have the kernel write a core file, or run the host's handler for it",
    theme: 'processes',
    stoppers: () => {
      const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim()
      if (/^[^|/]+$/.test(pattern) && mayDumpCore()) return ['resource-limits']
      return { reason: 'cores of this host go elsewhere than to the working directory, or are switched off' }
    },
    run: async (bench, dropped) => {
      const { text, result } = await bench.attack(['crash'], { dropped })
      if (!text.includes('CRASHING') || result.signal === undefined) throw new Error(`it did not crash: ${text}`)
      return hasCore(bench)
    },
  },
]

/** The tests are started with as much as they may have. */
function mayDumpCore(): boolean {
  return /^Max core file size +unlimited/m.test(readFileSync('/proc/self/limits', 'utf8'))
}

function hasCore({ work }: Bench): boolean {
  return readdirSync(work.build).some((name) => {
    const head = readFileSync(join(work.build, name)).subarray(0, 18)
    return head.toString('latin1').startsWith('\x7fELF') && head[16] === 4
  })
}

export const processAttempts: readonly Attempt[] = [...victims, ...launcher, ...rights, ...lifetime]

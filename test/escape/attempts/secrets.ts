import { constants, existsSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { type Attempt, always, onlyRoot, type Stopper } from '../attempt.ts'
import { type Bench, hasEscaped } from '../bench.ts'

const inProc: readonly Attempt[] = [
  {
    name: 'read the command line of the kernel',
    theme: 'secrets',
    stoppers: always('masked-proc'),
    run: async (bench, dropped) => {
      const report = await bench.attack(['file', 'read', '/proc/cmdline'], { dropped })
      return hasEscaped(report) && report.text.includes(readFileSync('/proc/cmdline', 'utf8').trim())
    },
  },
  {
    name: 'open the list of keys in /proc',
    theme: 'secrets',
    stoppers: always('masked-proc'),
    run: async (bench, dropped) => hasEscaped(await bench.attack(['open-kernel-file', 'r', '/proc/keys'], { dropped })),
  },
  {
    name: "open the list of the kernel's symbols",
    theme: 'secrets',
    stoppers: always('masked-proc'),
    run: async (bench, dropped) =>
      hasEscaped(await bench.attack(['open-kernel-file', 'r', '/proc/kallsyms'], { dropped })),
  },
  {
    name: "open the kernel's memory in /proc",
    theme: 'secrets',
    stoppers: ({ mode }) => {
      if (mode === 'user') return { reason: 'the file belongs to root' }
      return existsSync('/proc/kcore') ? ['masked-proc', 'capabilities'] : { reason: 'this kernel has none' }
    },
    run: async (bench, dropped) =>
      hasEscaped(await bench.attack(['open-kernel-file', 'r', '/proc/kcore'], { dropped })),
  },
  {
    name: "open the kernel's messages in /proc",
    theme: 'secrets',
    stoppers: onlyRoot(['masked-proc', 'capabilities'], 'the file belongs to root'),
    run: async (bench, dropped) => hasEscaped(await bench.attack(['open-kernel-file', 'r', '/proc/kmsg'], { dropped })),
  },
  {
    name: 'see in which cgroup of the host it is',
    theme: 'secrets',
    stoppers: () =>
      hasPath(readFileSync('/proc/self/cgroup', 'utf8'))
        ? ['cgroup-namespace']
        : { reason: 'the tests are in no cgroup themselves' },
    run: async (bench, dropped) => {
      const report = await bench.attack(['print-cgroup'], { dropped })
      return hasEscaped(report) && hasPath(report.text)
    },
  },
]

function hasPath(cgroups: string): boolean {
  return /^(READ )?\d+:[^:]*:\/./m.test(cgroups)
}

const inFiles: readonly Attempt[] = [
  {
    name: 'read a key in the home of the user, out of a chroot',
    theme: 'secrets',
    stoppers: always('new-root', 'landlock-files'),
    run: async (bench, dropped) => {
      const { path } = bench.canary(join(bench.directory, 'home/.ssh/id_ed25519'), 'private-key')
      const report = await bench.attack(['leave-chroot', 'read', path], { dropped })
      return hasEscaped(report) && report.text.includes('private-key')
    },
  },
  {
    name: "read a token in the user's environment",
    theme: 'secrets',
    stoppers: always('clean-environment'),
    run: async (bench, dropped) => {
      const report = await bench.attack(['print-environment', 'KITH_TOKEN'], {
        dropped,
        settings: {
          environment: { KITH_TOKEN: 'token-of-the-user' },
          passedVariables: dropped.has('clean-environment') ? ['*'] : [],
        },
      })
      return hasEscaped(report) && report.text.includes('token-of-the-user')
    },
  },
]

/** The tests have a terminal of their own as input; its other end is their descriptor 3 (outside.c). */
const otherEnd = 3
const hasTerminal = isatty(0) && isatty(otherEnd)

const atTerminal = (
  name: string,
  words: readonly string[],
  stoppers: readonly Stopper[],
  succeeded: (text: string) => boolean,
): Attempt => ({
  name,
  theme: 'secrets',
  stoppers: () => (hasTerminal ? stoppers : { reason: 'the tests have no terminal' }),
  run: async (bench, dropped) => {
    const terminal = openTerminal()
    terminal.drain()
    writeSync(otherEnd, 'password-of-the-user\n')
    const report = await bench.attack(words, { dropped, hasInput: dropped.has('no-input') })
    hasEscaped(report)
    const text = `${report.text}\0${terminal.drain()}`
    return succeeded(text)
  },
})

let typedInput: number | undefined

/** What was typed and nobody has read yet, and then what was written to the terminal. */
function openTerminal(): { drain: () => string } {
  typedInput ??= openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK)
  const typed = typedInput
  const drain = (descriptor: number): string => {
    const bytes = Buffer.alloc(4096)
    try {
      return bytes.subarray(0, readSync(descriptor, bytes)).toString()
    } catch {
      return ''
    }
  }
  return { drain: () => `${drain(typed)}${drain(typed)}\0${drain(otherEnd)}` }
}

const hasRead = (text: string): boolean => /^READ password-of-the-user/m.test(text)
const wasTyped = (text: string): boolean => (text.split('\0')[1] ?? '').includes('changed')
const wasWritten = (text: string): boolean => (text.split('\0')[2] ?? '').includes('changed')

const terminals: readonly Attempt[] = [
  atTerminal('read what the user types, from its input', ['read-input'], ['no-input'], hasRead),
  atTerminal('read what the user types, from the terminal', ['read-terminal'], ['new-session'], hasRead),
  atTerminal('write to the terminal of the user', ['write-terminal'], ['new-session'], wasWritten),
  atTerminal('type into its input (TIOCSTI)', ['type-into-input'], ['no-input', 'own-terminal', 'new-session', 'seccomp'], wasTyped),
  atTerminal('type into the terminal (TIOCSTI)', ['type-into-terminal'], ['new-session', 'seccomp'], wasTyped),
  {
    name: 'paste into a console (TIOCLINUX)',
    theme: 'secrets',
    stoppers: always('seccomp'),
    run: async (bench: Bench, dropped) => hasEscaped(await bench.attack(['paste', '/dev/ptmx'], { dropped })),
  },
]

export const secretAttempts: readonly Attempt[] = [...inProc, ...inFiles, ...terminals]

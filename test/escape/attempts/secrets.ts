import { constants, existsSync, fchmodSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
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

/** What the attack program printed, what is typed at the terminal and nobody has read yet, what was written to it. */
interface Seen {
  readonly printed: string
  readonly typed: string
  readonly written: string
}

const atTerminal = (
  name: string,
  words: readonly string[],
  stoppers: readonly Stopper[],
  succeeded: (seen: Seen) => boolean,
): Attempt => ({
  name,
  theme: 'secrets',
  stoppers: always(...stoppers),
  run: async (bench, dropped) => {
    if (!isatty(0) || !isatty(otherEnd)) throw new Error('the tests have no terminal')
    typedInput ??= openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK)
    for (const descriptor of [typedInput, typedInput, otherEnd]) readNow(descriptor)
    writeSync(otherEnd, 'password-of-the-user\n')
    const report = await bench.attack(words, { dropped, hasInput: dropped.has('no-input') })
    let seen: Seen = { printed: report.text, typed: '', written: '' }
    // The kernel takes a moment from one end of a terminal to the other.
    for (let waits = hasEscaped(report) ? 20 : 0; !succeeded(seen) && waits > 0; waits--) {
      await Bun.sleep(5)
      seen = { ...seen, typed: seen.typed + readNow(typedInput), written: seen.written + readNow(otherEnd) }
    }
    return succeeded(seen)
  },
})
let typedInput: number | undefined

/** What can be read without waiting: of what is typed, a line at most. */
function readNow(descriptor: number): string {
  const bytes = Buffer.alloc(4096)
  try {
    return bytes.subarray(0, readSync(descriptor, bytes)).toString()
  } catch {
    return ''
  }
}

const hasRead = ({ printed }: Seen): boolean => /^READ password-of-the-user/m.test(printed)
const wasTyped = ({ typed }: Seen): boolean => typed.includes('changed')
const wasWritten = ({ written }: Seen): boolean => written.includes('changed')

const terminals: readonly Attempt[] = [
  atTerminal('read what the user types, from its input', ['read-input'], ['no-input'], hasRead),
  atTerminal('read what the user types, from the terminal', ['read-terminal'], ['new-session'], hasRead),
  atTerminal('write to the terminal of the user', ['write-terminal'], ['new-session'], wasWritten),
  atTerminal(
    'type into its input (TIOCSTI)',
    ['type-into-input'],
    ['no-input', 'own-terminal', 'copied-input', 'new-session', 'seccomp'],
    wasTyped,
  ),
  atTerminal('type into the terminal (TIOCSTI)', ['type-into-terminal'], ['new-session', 'seccomp'], wasTyped),
  {
    name: 'change the mode of what it reads',
    theme: 'secrets',
    stoppers: onlyRoot(['own-terminal', 'copied-input'], 'the terminal of the tests belongs to root'),
    run: async (bench: Bench, dropped) => {
      // Always with an input, the terminal of the tests: without one it would be the null device of the machine. What is
      // changed is put back, so that each run starts alike.
      const before = fstatSync(0).mode
      const words = ['file', 'chmod', '/proc/self/fd/0']
      const report = await bench.attack(words, { dropped, hasInput: true })
      const hasChanged = fstatSync(0).mode !== before
      fchmodSync(0, before & 0o7777)
      return hasEscaped(report) && hasChanged
    },
  },
  {
    name: 'paste into a console (TIOCLINUX)',
    theme: 'secrets',
    stoppers: always('seccomp'),
    run: async (bench: Bench, dropped) => hasEscaped(await bench.attack(['paste', '/dev/ptmx'], { dropped })),
  },
]

export const secretAttempts: readonly Attempt[] = [...inProc, ...inFiles, ...terminals]

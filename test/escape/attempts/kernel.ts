import { existsSync, readlinkSync } from 'node:fs'
import { type Attempt, always, onlyRoot, type Stopper } from '../attempt.ts'
import { hasEscaped } from '../bench.ts'

/** Calls to the kernel itself. What root alone may do is tried by root alone: the kernel's own refusal is no test. */
interface KernelCall {
  readonly name: string
  readonly word: string
  readonly isForRoot?: boolean
}

const calls: readonly KernelCall[] = [
  { name: 'load a BPF program', word: 'load-bpf' },
  { name: 'watch the performance counters (perf)', word: 'watch-performance' },
  { name: 'handle page faults of the kernel (userfaultfd)', word: 'handle-faults' },
  { name: 'queue system calls past the filter (io_uring)', word: 'queue-calls' },
  { name: 'load another kernel (kexec)', word: 'load-kernel', isForRoot: true },
  { name: 'load a module', word: 'load-module', isForRoot: true },
  { name: 'unload a module', word: 'unload-module', isForRoot: true },
  { name: 'switch process accounting', word: 'account', isForRoot: true },
  { name: 'switch on swapping', word: 'swap', isForRoot: true },
  { name: 'switch off swapping', word: 'unswap', isForRoot: true },
  { name: 'set the clock (clock_settime)', word: 'set-clock' },
  { name: 'set the clock (settimeofday)', word: 'set-time-of-day' },
  { name: 'adjust the clock (adjtimex)', word: 'adjust-clock', isForRoot: true },
  { name: 'watch files (fanotify)', word: 'watch-files' },
  { name: 'reach disk quotas', word: 'set-quota' },
  { name: 'make a key in a keyring', word: 'create-key' },
  { name: 'read a key of a keyring', word: 'read-key' },
  { name: "read the kernel's log", word: 'read-log', isForRoot: true },
  { name: 'make a user namespace (unshare)', word: 'new-user-namespace' },
  { name: 'make a user namespace (clone)', word: 'clone-user-namespace' },
  { name: 'make a user namespace (clone3)', word: 'clone3-user-namespace' },
  { name: 'make a system call of the 32-bit interface', word: 'foreign-call' },
  { name: 'make a system call of the x32 interface', word: 'x32-call' },
  { name: "reach the machine's ports (iopl)", word: 'port-access' },
]

const kernelCalls = calls.map(({ name, word, isForRoot = false }): Attempt => {
  const stoppers: readonly Stopper[] = isForRoot ? ['seccomp', 'capabilities'] : ['seccomp']
  return {
    name,
    theme: 'kernel',
    probe: [word],
    stoppers: isForRoot ? onlyRoot(stoppers, 'the kernel lets root alone do it') : always(...stoppers),
    run: async (bench, dropped) => {
      const report = await bench.attack([word], { dropped })
      // The filter ends whoever makes calls of another interface.
      if (word === 'foreign-call' && report.result.signal === 'SIGSYS') return false
      return hasEscaped(report)
    },
  }
})

/** What /proc and the scheduler offer root. */
const others: readonly Attempt[] = [
  {
    name: 'set the host name',
    theme: 'kernel',
    stoppers: onlyRoot(['uts-namespace', 'seccomp', 'capabilities'], 'the kernel lets root alone do it'),
    run: async (bench, dropped) => {
      const report = await bench.attack(['set-host-name'], { dropped })
      return hasEscaped(report) && report.text.includes(readlinkSync('/proc/self/ns/uts'))
    },
  },
  {
    name: 'raise a limit again',
    theme: 'kernel',
    probe: ['raise-limit'],
    stoppers: onlyRoot(['capabilities'], 'the kernel lets root alone do it'),
    run: async (bench, dropped) => hasEscaped(await bench.attack(['raise-limit'], { dropped })),
  },
  {
    name: 'run before everything else (real-time scheduling)',
    theme: 'kernel',
    probe: ['real-time'],
    stoppers: onlyRoot(['capabilities'], 'the kernel lets root alone do it'),
    run: async (bench, dropped) => hasEscaped(await bench.attack(['real-time'], { dropped })),
  },
  {
    name: 'open /proc/sysrq-trigger for writing',
    theme: 'kernel',
    stoppers: ({ mode }) => {
      if (mode === 'user') return { reason: 'the file belongs to root' }
      if (!existsSync('/proc/sysrq-trigger')) return { reason: 'this kernel has none' }
      return ['masked-proc', 'read-only-proc', 'landlock-files']
    },
    run: async (bench, dropped) =>
      hasEscaped(await bench.attack(['open-kernel-file', 'w', '/proc/sysrq-trigger'], { dropped })),
  },
  {
    name: 'open a setting of the kernel below /proc/sys for writing',
    theme: 'kernel',
    stoppers: ({ mode }) => [
      'read-only-proc',
      'landlock-files',
      ...(mode === 'user' ? (['capabilities'] as const) : []),
    ],
    run: async (bench, dropped) => {
      const file = bench.setting.mode === 'root' ? 'kernel/core_pattern' : 'net/ipv4/ip_forward'
      return hasEscaped(await bench.attack(['open-kernel-file', 'w', `/proc/sys/${file}`], { dropped }))
    },
  },
]

export const kernelAttempts: readonly Attempt[] = [...kernelCalls, ...others]

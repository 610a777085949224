import type { LandlockRule } from '../native/landlock.ts'
import type { MountOperation } from './spec.ts'

/** Files of /proc that tell of the machine, its other users or the kernel's memory, or switch something. */
const hiddenOfProc = [
  'acpi',
  'asound',
  'bus',
  'cmdline',
  'consoles',
  'diskstats',
  'driver',
  'fs',
  'interrupts',
  'iomem',
  'ioports',
  'irq',
  'kallsyms',
  'kcore',
  'key-users',
  'keys',
  'kmsg',
  'kpagecgroup',
  'kpagecount',
  'kpageflags',
  'latency_stats',
  'partitions',
  'pressure',
  'sched_debug',
  'schedstat',
  'scsi',
  'slabinfo',
  'softirqs',
  'sysrq-trigger',
  'sysvipc',
  'timer_list',
  'tty',
  'vmallocinfo',
]

/** A minimal /dev, /proc and /tmp of the sandbox's own. */
export function planDevices(): MountOperation[] {
  const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty']
  return [
    { kind: 'tmpfs', target: '/dev', mode: 0o755, size: '1m' },
    ...devices.map((name): MountOperation => ({ kind: 'device', target: `/dev/${name}`, source: `/dev/${name}` })),
    { kind: 'devpts', target: '/dev/pts' },
    { kind: 'symlink', target: '/dev/ptmx', to: 'pts/ptmx' },
    { kind: 'symlink', target: '/dev/fd', to: '/proc/self/fd' },
    { kind: 'symlink', target: '/dev/stdin', to: '/proc/self/fd/0' },
    { kind: 'symlink', target: '/dev/stdout', to: '/proc/self/fd/1' },
    { kind: 'symlink', target: '/dev/stderr', to: '/proc/self/fd/2' },
    { kind: 'tmpfs', target: '/dev/shm', mode: 0o1777, size: '10%' },
    { kind: 'proc', target: '/proc' },
    ...hiddenOfProc.map((name): MountOperation => ({ kind: 'mask', target: `/proc/${name}` })),
    { kind: 'tmpfs', target: '/tmp', mode: 0o1777, size: '50%' },
    { kind: 'directory', target: '/run', mode: 0o755 },
    { kind: 'directory', target: '/sys', mode: 0o755 },
  ]
}

/** What planDevices made may be used, and everything may be read and executed. */
export const deviceRules: readonly LandlockRule[] = [
  { path: '/', access: 'read' },
  { path: '/dev', access: 'device' },
  { path: '/dev/shm', access: 'write' },
  { path: '/tmp', access: 'write' },
]

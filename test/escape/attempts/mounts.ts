import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Attempt, always, onlyRoot, type Setting, type Stopper } from '../attempt.ts'
import { type Bench, hasEscaped } from '../bench.ts'

const inLandlock: readonly Stopper[] = ['seccomp', 'capabilities', 'landlock-files']
const notInLandlock: readonly Stopper[] = ['seccomp', 'capabilities']

const plain = (name: string, word: string, stoppers: readonly Stopper[]): Attempt => ({
  name,
  theme: 'mounts',
  stoppers: () => stoppers,
  run: async (bench, dropped) => hasEscaped(await bench.attack([word], { dropped })),
})

/** A lone layer is bound: its mount is read-only, while its file system is not. */
const writable = (
  name: string,
  word: string,
  at: string,
  operation: string,
  stoppers: readonly Stopper[],
): Attempt => ({
  name,
  theme: 'mounts',
  stoppers: () => stoppers,
  run: async (bench, dropped) => {
    const canary = bench.canary(join(bench.layers.top, 'opt/canary/file'))
    hasEscaped(await bench.attack([word, '/opt', operation, at], { dropped }))
    return canary.hasChanged()
  },
})

const propagate: Attempt = {
  name: 'mount something on the host, by propagation',
  theme: 'mounts',
  stoppers: onlyRoot(['private-mounts', ...inLandlock], "the kernel lets no mount of an ordinary user's propagate"),
  run: async (bench, dropped) => {
    const shared = join(bench.directory, 'shared')
    mkdirSync(shared)
    const mounted = (): boolean => readFileSync('/proc/self/mountinfo', 'utf8').includes(`${shared}/inside `)
    run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'kith-escape', shared])
    try {
      run(['mount', '--make-shared', shared])
      mkdirSync(join(shared, 'inside'))
      const report = await bench.attack(['mount-at', '/kith/shared/inside'], {
        dropped,
        change: (request) => {
          const mount = { kind: 'bind', target: '/kith/shared', source: shared, isWritable: true } as const
          return { ...request, mounts: [...request.mounts.slice(0, -1), mount, ...request.mounts.slice(-1)] }
        },
      })
      hasEscaped(report)
      return mounted()
    } finally {
      if (mounted()) run(['umount', join(shared, 'inside')])
      run(['umount', shared])
    }
  },
}

function run(argv: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(argv)
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
}

/** Of version 1: there a hierarchy of its own can be mounted. */
const hierarchy = '/sys/fs/cgroup/pids'

function canMakeCgroups(): boolean {
  try {
    return readdirSync(hierarchy).includes('cgroup.procs')
  } catch {
    return false
  }
}

const moveCgroup: Attempt = {
  name: 'move to another cgroup, away from its limits',
  theme: 'mounts',
  stoppers: ({ mode }: Setting) => {
    if (mode === 'user') return { reason: 'an ordinary user may not mount a hierarchy of cgroups at all' }
    if (!canMakeCgroups()) return { reason: 'this host has no hierarchy of cgroups of version 1' }
    return ['cgroup-namespace', ...inLandlock]
  },
  run: async (bench, dropped) => {
    const canary = join(hierarchy, `kith-escape-${process.pid}`)
    mkdirSync(canary)
    try {
      const words = ['enter-cgroup', 'pids', relative(hierarchy, canary)]
      return hasEscaped(await bench.attack(words, { dropped, hasCgroups: true, limits: { processes: 1000 } }))
    } finally {
      await removeCgroup(canary)
    }
  },
}

async function removeCgroup(directory: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++)
    try {
      return rmdirSync(directory)
    } catch {
      await Bun.sleep(10)
    }
  throw new Error(`${directory} cannot be removed`)
}

const commandLine = (): string => readFileSync('/proc/cmdline', 'utf8').trim()

const unmask: Attempt = {
  name: 'take away the mask of a file in /proc',
  theme: 'mounts',
  stoppers: always(...inLandlock),
  run: async (bench: Bench, dropped) => {
    const report = await bench.attack(['unmask', '/proc/cmdline'], { dropped })
    return hasEscaped(report) && report.text.includes(commandLine())
  },
}

export const mountAttempts: readonly Attempt[] = [
  plain('mount a tmpfs', 'mount-tmpfs', inLandlock),
  plain('make a file system by the new mount calls (fsopen)', 'open-file-system', notInLandlock),
  plain('attach a file system by the new mount calls (move_mount)', 'attach-file-system', inLandlock),
  plain('exchange the root (pivot_root)', 'exchange-root', inLandlock),
  plain('make a mount namespace', 'new-mount-namespace', notInLandlock),
  writable('write to a layer that is remounted writable', 'remount-writable', '/opt/canary/file', 'write', inLandlock),
  writable(
    'make a file of a layer setuid, mounted writable by mount_setattr',
    'set-attributes',
    '/opt/canary/file',
    'chmod',
    notInLandlock,
  ),
  writable(
    'make a file of a layer setuid in a writable copy of its mount (open_tree)',
    'clone-tree',
    'canary/file',
    'chmod',
    notInLandlock,
  ),
  unmask,
  propagate,
  moveCgroup,
]

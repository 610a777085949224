import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { hasController } from '../../../src/sandbox/host.ts'
import { diskSpace } from '../../../src/system/disk-space.ts'
import type { Attempt, Setting, Stopper } from '../attempt.ts'
import { always } from '../attempt.ts'
import { type AttackOptions, type Bench, hasEscaped, type Report } from '../bench.ts'

/** Whether it went on beyond the limit; where that ended it, it could not report. */
function hasOutlived(report: Report, limit: Report['result']['exceeded']): boolean {
  return report.result.exceeded === limit ? false : hasEscaped(report)
}

const byLimit = (name: string, words: readonly string[], stopper: Stopper, limit: 'time' | 'silence'): Attempt => ({
  name,
  theme: 'limits',
  stoppers: always(stopper),
  run: async (bench, dropped) => {
    const limits = dropped.has(stopper) ? {} : { [limit]: 300 }
    return hasOutlived(await bench.attack(words, { dropped, limits }), limit)
  },
})

/** Root's processes are held by a cgroup, an ordinary user's by what each process may have. */
const byHost = ({ mode }: Setting): readonly Stopper[] => (mode === 'root' ? ['cgroup'] : ['resource-limits'])

const bounded = (
  name: string,
  words: readonly string[],
  controller: 'pids' | 'memory',
  limits: (mode: Setting['mode']) => AttackOptions['limits'] & object,
): Attempt => ({
  name,
  theme: 'limits',
  stoppers: byHost,
  run: async (bench, dropped) => {
    if (bench.setting.mode === 'root' && !hasController(bench.host, controller))
      throw new Error(`this host has no cgroups for ${controller}`)
    const options = { dropped, limits: limits(bench.setting.mode), hasCgroups: true }
    const report = await bench.attack(words, options)
    return hasOutlived(report, controller === 'pids' ? 'processes' : 'memory')
  },
})

const megabytes = (count: number): number => count * 1024 ** 2

const fillDisk: Attempt = {
  name: 'fill the disk',
  theme: 'limits',
  stoppers: always('disk-limit'),
  run: async (bench: Bench, dropped) => {
    const small = join(process.env.KITH_ESCAPE_STAGE ?? '', 'disk')
    const disk = existsSync(small) ? small : bench.directory
    const place = join(disk, `fill-${process.pid}`)
    const workDirectory = join(place, 'sandbox')
    mkdirSync(workDirectory, { recursive: true })
    try {
      const free = diskSpace(disk).freeBytes - megabytes(8)
      const report = await bench.attack(['fill', '/kith/fill/file', '48', '700'], {
        dropped,
        limits: dropped.has('disk-limit') ? {} : { free },
        workDirectory,
        change: (request) => {
          const mount = { kind: 'bind', target: '/kith/fill', source: place, isWritable: true } as const
          const mounts = [...request.mounts.slice(0, -1), mount, ...request.mounts.slice(-1)]
          return { ...request, mounts, landlock: [...request.landlock, { path: '/kith/fill', access: 'write' }] }
        },
      })
      return hasOutlived(report, 'free')
    } finally {
      Bun.spawnSync(['rm', '-r', place])
    }
  },
}

const fillTmp: Attempt = {
  name: 'fill the memory through /tmp',
  theme: 'limits',
  stoppers: always('sized-tmpfs'),
  run: async (bench, dropped) => {
    const report = await bench.attack(['fill', '/tmp/file', '24', '0'], {
      dropped,
      // Half of the memory is too much for a test: a smaller share of it, or none.
      change: (request) => {
        const size = dropped.has('sized-tmpfs') ? '0' : '8m'
        const mounts = request.mounts.map((mount) =>
          mount.kind === 'tmpfs' && mount.target === '/tmp' ? { ...mount, size } : mount,
        )
        return { ...request, mounts }
      },
    })
    return hasEscaped(report)
  },
}

const fillTmpInCgroup: Attempt = {
  name: "have more memory than a build's, through /tmp",
  theme: 'limits',
  stoppers: ({ mode }) =>
    mode === 'root' ? ['cgroup'] : { reason: 'without cgroups only the size of /tmp limits it, as above' },
  run: async (bench, dropped) => {
    const report = await bench.attack(['fill', '/tmp/file', '160', '0'], {
      dropped,
      limits: { memory: megabytes(96) },
      hasCgroups: true,
    })
    return hasOutlived(report, 'memory')
  },
}

export const limitAttempts: readonly Attempt[] = [
  byLimit('go on for ever', ['linger', '900', '100'], 'time-limit', 'time'),
  byLimit('go on for ever without a word', ['linger', '900', '900'], 'silence-limit', 'silence'),
  bounded('fill the process table (fork bomb)', ['fork-bomb', '200'], 'pids', () => ({ processes: 64 })),
  // Where it is a limit of each process kith's own launcher has to live with it.
  bounded('use up the memory', ['eat-memory', '640'], 'memory', (mode) => ({
    memory: megabytes(mode === 'root' ? 192 : 512),
  })),
  fillTmpInCgroup,
  fillTmp,
  fillDisk,
]

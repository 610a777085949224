import { join } from 'node:path'
import { type Attempt, always, onlyRoot, type Stopper } from '../attempt.ts'
import { type Bench, hasEscaped } from '../bench.ts'
import { startVictim } from '../victim.ts'

/** Places of the host that no sandbox has. Who gets out of the sandbox's root would have them. */
const places = [
  ['write', 'write to the package database', 'root/var/db/kiss/installed/other/manifest'],
  ['unlink', 'remove an artifact from the cache', 'cache/kiss/bin/other@1.0-1.tar.zst'],
  ['write', 'write to a source in the cache', 'cache/kiss/sources/other/file'],
  ['create', 'make a file in the directory of another build', 'proc/1/build/other/file'],
  ['truncate', 'truncate a file of the user', 'home/file'],
  ['chmod', 'make a file of the user setuid', 'home/file'],
  ['utimes', 'change the times of a file of the user', 'home/file'],
  ['setxattr', 'set an attribute of a file of the user', 'home/file'],
] as const

const byChroot = places.map(([operation, words, path]): Attempt => {
  const isInLandlock = !['chmod', 'utimes', 'setxattr'].includes(operation)
  return {
    name: `${words}, out of a chroot`,
    theme: 'files',
    stoppers: always('new-root', ...(isInLandlock ? (['landlock-files'] as const) : [])),
    run: async (bench, dropped) => await attackCanary(bench, ['leave-chroot', operation], path, dropped),
  }
})

async function attackCanary(
  bench: Bench,
  words: readonly string[],
  path: string,
  dropped: ReadonlySet<Stopper>,
): Promise<boolean> {
  const canary = bench.canary(join(bench.directory, path))
  hasEscaped(await bench.attack([...words, canary.path], { dropped }))
  return canary.hasChanged()
}

const traced: readonly Stopper[] = [
  'pid-namespace',
  'capabilities',
  'landlock-files',
  'landlock-ports',
  'landlock-scopes',
]
const untraceable = 'the user namespace stops it, without which nothing is rootless'

const others: readonly Attempt[] = [
  {
    name: 'make a file of the user setuid, by `..` from a kept directory descriptor',
    theme: 'files',
    stoppers: always('new-root'),
    run: async (bench, dropped) => await attackCanary(bench, ['leave-by-descriptor', 'chmod'], 'home/file', dropped),
  },
  {
    name: 'write to a file of the user, by `..` from a kept directory descriptor',
    theme: 'files',
    stoppers: always('new-root', 'landlock-files'),
    run: async (bench, dropped) => await attackCanary(bench, ['leave-by-descriptor', 'write'], 'home/file', dropped),
  },
  {
    name: "write to a file of the user through another process's /proc/PID/root",
    theme: 'files',
    stoppers: onlyRoot(traced, untraceable),
    run: async (bench, dropped) => {
      using victim = await startVictim(bench)
      return await attackCanary(bench, ['in-process-root', String(victim.id), 'write'], 'home/file', dropped)
    },
  },
  {
    name: "make a file of the user setuid through another process's /proc/PID/cwd",
    theme: 'files',
    stoppers: onlyRoot(traced, untraceable),
    run: async (bench, dropped) => {
      using victim = await startVictim(bench)
      const canary = bench.canary(join(bench.directory, 'home/file'))
      hasEscaped(await bench.attack(['in-process-directory', String(victim.id), 'chmod', 'home/file'], { dropped }))
      return canary.hasChanged()
    },
  },
  {
    name: 'write to a file of the recipe through a hard link in the build directory',
    theme: 'files',
    stoppers: always('separate-mounts', 'landlock-files'),
    run: async (bench, dropped) => {
      const canary = bench.canary(join(bench.work.recipe, 'patches/canary'))
      const report = await bench.attack(
        ['write-through-link', '/kith/recipe/probe/patches/canary', '/kith/build/probe/link'],
        {
          dropped,
          change: (request) => {
            if (!dropped.has('separate-mounts')) return request
            const source = bench.settings.workDirectory
            const all = { kind: 'bind', target: '/kith', source, isWritable: true } as const
            const isInside = (target: string): boolean => /^\/kith\/(build|pkg|recipe)\//.test(target)
            const rest = request.mounts.filter((mount) => !('target' in mount && isInside(mount.target)))
            const home = rest.findIndex((mount) => 'target' in mount && mount.target.startsWith('/kith/'))
            return { ...request, mounts: [...rest.slice(0, home), all, ...rest.slice(home)] }
          },
        },
      )
      hasEscaped(report)
      return canary.hasChanged()
    },
  },
  {
    name: 'open a file of the host by its handle, without a path',
    theme: 'files',
    stoppers: onlyRoot(['seccomp', 'capabilities'], 'the kernel asks for a capability of the host itself'),
    run: async (bench, dropped) => {
      const { path } = bench.canary(join(bench.directory, 'home/file'), 'handle-secret')
      const handle = bench.outside('print-handle', path)
      const report = await bench.attack(['open-handle', handle, '/kith/build/probe'], { dropped })
      return hasEscaped(report) && report.text.includes('handle-secret')
    },
  },
  {
    name: 'make a file in the root of the sandbox',
    theme: 'files',
    stoppers: always('sealed-root', 'landlock-files'),
    run: async (bench, dropped) => hasEscaped(await bench.attack(['file', 'create', '/planted'], { dropped })),
  },
  {
    name: 'make the root of the sandbox writable for everybody',
    theme: 'files',
    stoppers: always('sealed-root'),
    run: async (bench, dropped) => hasEscaped(await bench.attack(['file', 'chmod', '/'], { dropped })),
  },
]

export const hostFileAttempts: readonly Attempt[] = [...byChroot, ...others]

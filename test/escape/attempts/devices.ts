import { join } from 'node:path'
import { type Attempt, always, onlyRoot, type Stopper } from '../attempt.ts'
import { type Bench, hasEscaped } from '../bench.ts'

const noNodes = 'the kernel lets no ordinary user make device nodes'

/** A node of /dev/zero in a layer, as a hostile package could have it. */
function plantDevice({ layers }: Bench): string {
  const { exitCode, stderr } = Bun.spawnSync(['mknod', '-m', '666', join(layers.top, 'opt/zero'), 'c', '1', '5'])
  if (exitCode !== 0) throw new Error(`mknod: ${stderr}`)
  return '/opt/zero'
}

const planted = (name: string, words: readonly string[], stoppers: readonly Stopper[]): Attempt => ({
  name,
  theme: 'devices',
  stoppers: onlyRoot(stoppers, noNodes),
  run: async (bench, dropped) => hasEscaped(await bench.attack([...words, plantDevice(bench)], { dropped })),
})

const made = (name: string, word: string, stoppers: readonly Stopper[]): Attempt => ({
  name,
  theme: 'devices',
  stoppers: onlyRoot(stoppers, noNodes),
  run: async (bench, dropped) => hasEscaped(await bench.attack([word, '/kith/build/probe/node'], { dropped })),
})

/** Devices that everybody may open on most hosts and no build needs. */
const foreign = ['fuse', 'net/tun', 'kvm', 'rtc0', 'hwrng', 'vhost-net']

export const deviceAttempts: readonly Attempt[] = [
  made('make a character device', 'character-device', ['capabilities', 'landlock-files']),
  made('make a block device', 'block-device', ['capabilities', 'landlock-files']),
  made('make a device and read it', 'use-made-device', ['capabilities', 'landlock-files', 'no-devices']),
  planted('read a device that a package brought', ['file', 'read'], ['no-devices']),
  planted('write to a device that a package brought', ['write-device'], ['no-devices', 'landlock-files']),
  planted('control a device that a package brought (ioctl)', ['control-device'], ['no-devices', 'landlock-files']),
  {
    name: 'open a device of the host',
    theme: 'devices',
    stoppers: () =>
      foreign.some(canOpen)
        ? ['minimal-dev', 'no-devices']
        : { reason: 'this host has no device that everybody may open' },
    run: async (bench, dropped) => {
      const name = foreign.find(canOpen) ?? ''
      const report = await bench.attack(['open-device', `/dev/${name}`], {
        dropped,
        change: (request) => {
          if (!dropped.has('minimal-dev')) return request
          const own = request.mounts.filter((mount) => !('target' in mount && /^\/dev(\/|$)/.test(mount.target)))
          return { ...request, mounts: [{ kind: 'bind', target: '/dev', source: '/dev', isWritable: false }, ...own] }
        },
      })
      return hasEscaped(report)
    },
  },
  {
    name: "write to shared memory of the host's programs (/dev/shm)",
    theme: 'devices',
    stoppers: always('minimal-dev'),
    run: async (bench, dropped) => {
      const name = `kith-escape-${process.pid}`
      const canary = bench.canary(`/dev/shm/${name}/file`)
      try {
        const report = await bench.attack(['file', 'write', `/dev/shm/${name}/file`], {
          dropped,
          change: (request) => {
            if (!dropped.has('minimal-dev')) return request
            const mounts = request.mounts.map((mount) =>
              'target' in mount && mount.target === '/dev/shm'
                ? ({ kind: 'bind', target: '/dev/shm', source: '/dev/shm', isWritable: true } as const)
                : mount,
            )
            return { ...request, mounts }
          },
        })
        hasEscaped(report)
        return canary.hasChanged()
      } finally {
        Bun.spawnSync(['rm', '-r', `/dev/shm/${name}`])
      }
    },
  },
]

function canOpen(name: string): boolean {
  return Bun.spawnSync(['sh', '-c', 'exec 3<"$1"', 'sh', `/dev/${name}`]).exitCode === 0
}

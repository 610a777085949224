import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Attempt, always, onlyRoot, type Stopper } from '../attempt.ts'
import { type Bench, hasEscaped } from '../bench.ts'

const noNodes = 'the kernel lets no ordinary user make device nodes'

/** A node of /dev/zero in a layer, as a hostile package could have it. */
function plantDevice({ layers }: Bench): string {
  makeDevice(join(layers.top, 'opt/zero'))
  return '/opt/zero'
}

function makeDevice(path: string): void {
  const { exitCode, stderr } = Bun.spawnSync(['mknod', '-m', '666', path, 'c', '1', '5'])
  if (exitCode !== 0) throw new Error(`mknod: ${stderr}`)
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

export const deviceAttempts: readonly Attempt[] = [
  made('make a character device', 'character-device', ['capabilities', 'landlock-files']),
  made('make a block device', 'block-device', ['capabilities', 'landlock-files']),
  made('make a device and read it', 'use-made-device', ['capabilities', 'landlock-files', 'no-devices']),
  planted('read a device that a package brought', ['file', 'read'], ['no-devices']),
  planted('write to a device that a package brought', ['write-device'], ['no-devices', 'landlock-files']),
  planted('control a device that a package brought (ioctl)', ['control-device'], ['no-devices', 'landlock-files']),
  {
    name: 'change the mode of a device of the host that a sandbox has',
    theme: 'devices',
    stoppers: onlyRoot(['read-only'], 'the device belongs to root'),
    run: async (bench, dropped) => {
      const node = join(bench.directory, 'zero')
      makeDevice(node)
      const before = bench.outside('state', node)
      const report = await bench.attack(['file', 'chmod', '/dev/zero'], {
        dropped,
        change: (request) => {
          const mounts = request.mounts.map((mount) =>
            mount.kind === 'device' && mount.target === '/dev/zero' ? { ...mount, source: node } : mount,
          )
          return { ...request, mounts }
        },
      })
      hasEscaped(report)
      return bench.outside('state', node) !== before
    },
  },
  {
    name: 'open a device of the host',
    theme: 'devices',
    stoppers: () =>
      existsSync(hostDevice())
        ? ['minimal-dev', 'no-devices']
        : { reason: 'only root can make the tests a device of their own' },
    run: async (bench, dropped) => {
      const report = await bench.attack(['open-device', '/dev/machine'], {
        dropped,
        change: (request) => {
          if (!dropped.has('minimal-dev')) return request
          const machine = { kind: 'bind', target: '/dev/machine', source: hostDevice(), isWritable: false } as const
          return { ...request, mounts: [...request.mounts.slice(0, -1), machine, ...request.mounts.slice(-1)] }
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

/** A device of the tests' host, made by stage.ts, which no sandbox has. */
function hostDevice(): string {
  return join(process.env.KITH_ESCAPE_STAGE ?? '', 'machine')
}

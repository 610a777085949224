import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runWorker } from '../../src/build/run-worker.ts'
import { sandboxPaths } from '../../src/build/sandbox-paths.ts'
import type { PackageJob, UnpackJob, WorkerJob } from '../../src/build/worker-job.ts'
import { KithError } from '../../src/errors/kith-error.ts'
import { deviceRules, planDevices } from '../../src/sandbox/devices.ts'
import { openSysroot } from '../../src/sandbox/open-sysroot.ts'
import { runSandbox, type SandboxResult } from '../../src/sandbox/run-sandbox.ts'
import type { MountOperation } from '../../src/sandbox/spec.ts'
import { planSysroot } from '../../src/sandbox/sysroot.ts'
import { ownExecutable } from '../../src/system/self.ts'
import type { Stopper } from './attempt.ts'
import { type Bench, noLimits } from './bench.ts'

export const archivePath = '/kith/sources/0'
const build = sandboxPaths.build('probe')
const destdir = sandboxPaths.destdir('probe')

export function unpackJob(): UnpackJob {
  const source = { kind: 'archive', path: archivePath, fileName: 'evil.tar', destination: undefined } as const
  return { kind: 'unpack', package: 'probe', sources: [source], patches: [] }
}

export function packageJob(): PackageJob {
  return {
    kind: 'package',
    package: 'probe',
    compression: 'gz',
    artifact: 'probe@1.0-1.tar.gz',
    isStripping: true,
    newestMtime: 315_532_800,
    libraries: [],
    aliases: [],
  }
}

/** What the job may see. Without the worker's sandbox that is also everything of the bench, to write and at its own path. */
function planMounts(bench: Bench, dropped: ReadonlySet<Stopper>): { mounts: MountOperation[]; writable: string[] } {
  const { work, directory } = bench
  mkdirSync(join(directory, 'sources'), { recursive: true })
  const all: MountOperation = { kind: 'bind', target: directory, source: directory, isWritable: true }
  const hasAll = dropped.has('worker-sandbox')
  return {
    mounts: [
      { kind: 'bind', target: build, source: work.build, isWritable: true },
      { kind: 'bind', target: destdir, source: work.destdir, isWritable: true },
      { kind: 'bind', target: sandboxPaths.recipe('probe'), source: work.recipe, isWritable: false },
      { kind: 'bind', target: '/kith/sources', source: join(directory, 'sources'), isWritable: false },
      ...(hasAll ? [all] : []),
    ],
    writable: [build, destdir, ...(hasAll ? [directory] : [])],
  }
}

/** Has kith do the job, as a build does. Gives the code of the error that it ends with, or undefined. */
export async function runJob(bench: Bench, job: WorkerJob, dropped: ReadonlySet<Stopper>): Promise<string | undefined> {
  const { work, host, equipment } = bench
  const surroundings = { work, host: { ...host, cgroups: [] }, limits: noLimits, hostEtc: equipment.hostEtc }
  const expected = job.kind === 'unpack' ? 'unpacked' : 'packaged'
  const context = { signal: new AbortController().signal }
  try {
    await runWorker(job, expected, { ...surroundings, ...planMounts(bench, dropped) }, context)
    return undefined
  } catch (error) {
    const expectedCodes = ['source-not-unpacked', 'build-left-unusable']
    if (error instanceof KithError && expectedCodes.includes(error.code)) return error.code
    throw error
  }
}

export interface ToolRun {
  readonly argv: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** In place of what the worker has at these targets. */
  readonly instead?: readonly MountOperation[]
  readonly timeMs?: number
}

/** Has a program of the host do it, in the sandbox that the worker has. */
export async function runTool(
  bench: Bench,
  { argv, environment = {}, instead = [], timeMs = 10_000 }: ToolRun,
  dropped: ReadonlySet<Stopper>,
): Promise<SandboxResult & { readonly text: string }> {
  const { work, host, equipment, settings } = bench
  const { mounts, writable } = planMounts(bench, dropped)
  const jobFile = join(work.sandbox, 'job.json')
  writeFileSync(jobFile, JSON.stringify(packageJob()))
  const replaced = new Set(instead.flatMap((mount) => ('target' in mount ? [mount.target] : [])))
  const root = planSysroot({ layers: [equipment.hostEtc], hasHostTools: true })
  const planned: MountOperation[] = [
    ...root.filter((mount) => !('target' in mount && replaced.has(mount.target))),
    ...instead,
    ...planDevices(),
    { kind: 'bind', target: sandboxPaths.executable, source: ownExecutable(), isWritable: false },
    { kind: 'bind', target: sandboxPaths.job, source: jobFile, isWritable: false },
    { kind: 'bind', target: sandboxPaths.output, source: work.output, isWritable: true },
    ...mounts,
    { kind: 'seal-root' },
  ]
  using sysroot = openSysroot(planned, {
    strategy: host.sysroot,
    layersDirectory: join(settings.cacheDirectory, 'kith/layers'),
  })
  let text = ''
  const result = await runSandbox(
    {
      hostName: 'kith',
      mounts: sysroot.mounts,
      landlock: [
        ...deviceRules,
        ...[sandboxPaths.output, ...writable].map((path) => ({ path, access: 'write' }) as const),
      ],
      network: 'none',
      command: {
        argv,
        cwd: '/kith',
        environment: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', ...environment },
      },
    },
    {
      workDirectory: work.sandbox,
      host: { ...host, cgroups: [] },
      limits: { ...noLimits, time: timeMs },
      output: (bytes) => {
        text += Buffer.from(bytes).toString('latin1')
      },
    },
    { signal: new AbortController().signal },
  )
  return { ...result, text }
}

/** kith's own packaging with another environment, or another root, than it has. */
export const workerCommand: readonly string[] = [sandboxPaths.executable, '__worker', sandboxPaths.job]

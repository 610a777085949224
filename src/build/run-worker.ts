import { join } from 'node:path'
import type { ErrorCode, ErrorDetails } from '../errors/catalogue.ts'
import { catalogue } from '../errors/catalogue.ts'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { BuildLimits } from '../model/build-limits.ts'
import type { LandlockRule } from '../native/landlock.ts'
import { deviceRules, planDevices } from '../sandbox/devices.ts'
import { hasController, type SandboxHost } from '../sandbox/host.ts'
import { runSandbox } from '../sandbox/run-sandbox.ts'
import type { MountOperation } from '../sandbox/spec.ts'
import { planSysroot } from '../sandbox/sysroot.ts'
import { writeReport } from '../system/report-file.ts'
import { ownExecutable } from '../system/self.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import type { WorkDirectory } from './work-directory.ts'
import type { WorkerJob, WorkerResult } from './worker-job.ts'

export interface WorkerSurroundings {
  readonly work: WorkDirectory
  readonly host: SandboxHost
  readonly limits: BuildLimits
  readonly hostEtc: string
  /** What the job may see and change besides the host's tools, which it may read. */
  readonly mounts: readonly MountOperation[]
  readonly writable: readonly string[]
}

/** Where it finds programs of the host. */
export const workerSearchPath = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin'

type ResultOf<Kind extends WorkerResult['kind']> = Extract<WorkerResult, { kind: Kind }>

/**
 * Has kith itself do `job` in a sandbox with the host's tools: whatever a hostile archive or tree makes of it, it can only
 * write where the job may. Throws what the worker threw, or `sandbox-worker-failed`.
 */
export async function runWorker<Kind extends 'unpacked' | 'packaged' | 'compared'>(
  job: WorkerJob,
  expected: Kind,
  surroundings: WorkerSurroundings,
  context: Pick<Context, 'signal'>,
): Promise<ResultOf<Kind>> {
  const { work, host, limits } = surroundings
  const jobFile = join(work.sandbox, 'job.json')
  writeReport(jobFile, job)
  const landlock: LandlockRule[] = [...deviceRules, { path: sandboxPaths.output, access: 'write' }]
  for (const path of surroundings.writable) landlock.push({ path, access: 'write' })
  let printed = ''
  const { status, exceeded } = await runSandbox(
    {
      hostName: 'kith',
      mounts: planWorkerMounts(surroundings, jobFile),
      landlock,
      network: 'none',
      command: {
        argv: [sandboxPaths.executable, '__worker', sandboxPaths.job],
        cwd: '/kith',
        environment: {
          PATH: workerSearchPath,
          LC_ALL: 'C',
          HOME: '/tmp',
          TMPDIR: '/tmp',
        },
      },
    },
    {
      workDirectory: work.sandbox,
      host,
      // What kith does itself says nothing until it is done. Without a cgroup, memory would be what a process reserves: a
      // JavaScript engine does not start with less than it never uses.
      limits: { ...limits, silence: undefined, ...(hasController(host, 'memory') ? {} : { memory: undefined }) },
      output: (bytes) => {
        printed += Buffer.from(bytes).toString('latin1')
      },
    },
    context,
  )
  if (exceeded !== undefined)
    throw new KithError('sandbox-limit-reached', { task: `${job.kind} "${job.package}"`, limit: exceeded })
  const result = readResult(printed)
  if (isOfKind(result, expected)) return result
  if (result?.kind === 'failed' && isErrorCode(result.code))
    throw revive(result.code, namedAsOnHost(result.details, planWorkerMounts(surroundings, jobFile)))
  const reason = printed.trim().slice(-4000) || `the worker ended with status ${status}`
  throw new KithError('sandbox-worker-failed', { task: `${job.kind} "${job.package}"`, reason })
}

function planWorkerMounts({ hostEtc, work, mounts }: WorkerSurroundings, jobFile: string): MountOperation[] {
  return [
    ...planSysroot({ layers: [hostEtc], hasHostTools: true }),
    ...planDevices(),
    { kind: 'bind', target: sandboxPaths.executable, source: ownExecutable(), isWritable: false },
    { kind: 'bind', target: sandboxPaths.job, source: jobFile, isWritable: false },
    { kind: 'bind', target: sandboxPaths.output, source: work.output, isWritable: true },
    ...mounts,
    { kind: 'seal-root' },
  ]
}

/** The last line that the worker printed. It works on hostile files: that may be no JSON at all. */
function readResult(printed: string): WorkerResult | undefined {
  try {
    return JSON.parse(Buffer.from(printed, 'latin1').toString().trimEnd().split('\n').at(-1) ?? '') as WorkerResult
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isOfKind<Kind extends WorkerResult['kind']>(
  result: WorkerResult | undefined,
  kind: Kind,
): result is ResultOf<Kind> {
  return result?.kind === kind
}

/** Paths in an error, as the user knows them: where the host has what the worker saw in its sandbox. */
function namedAsOnHost(details: unknown, mounts: readonly MountOperation[]): unknown {
  if (typeof details !== 'object' || details === null) return details
  return Object.fromEntries(
    Object.entries(details).map(([key, value]) => [key, typeof value === 'string' ? hostName(value, mounts) : value]),
  )
}

function hostName(path: string, mounts: readonly MountOperation[]): string {
  for (const mount of mounts) {
    if (mount.kind !== 'bind') continue
    if (path === mount.target || path.startsWith(`${mount.target}/`))
      return mount.source + path.slice(mount.target.length)
  }
  return path
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code)
}

function revive<Code extends ErrorCode>(code: Code, details: unknown): KithError<Code> {
  return new KithError(code, details as ErrorDetails<Code>)
}

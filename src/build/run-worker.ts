import { join } from 'node:path'
import type { ErrorCode, ErrorDetails } from '../errors/catalogue.ts'
import { catalogue } from '../errors/catalogue.ts'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { LandlockRule } from '../native/landlock.ts'
import { deviceRules, planDevices } from '../sandbox/devices.ts'
import { runSandbox } from '../sandbox/run-sandbox.ts'
import type { MountOperation } from '../sandbox/spec.ts'
import { planSysroot } from '../sandbox/sysroot.ts'
import { fileInfo, readText, writeFileAtomic } from '../system/files.ts'
import { ownExecutable } from '../system/self.ts'
import { sandboxPaths } from './sandbox-paths.ts'
import type { WorkDirectory } from './work-directory.ts'
import type { WorkerJob, WorkerResult } from './worker-job.ts'

export interface WorkerSurroundings {
  readonly work: WorkDirectory
  readonly layersDirectory: string
  readonly hostEtc: string
  /** What the job may see and change besides the host's tools, which it may read. */
  readonly mounts: readonly MountOperation[]
  readonly writable: readonly string[]
}

type ResultOf<Kind extends WorkerResult['kind']> = Extract<WorkerResult, { kind: Kind }>

/**
 * Has kith itself do `job` in a sandbox with the host's tools: whatever a hostile archive or tree makes of it, it can only
 * write where the job may. Throws what the worker threw, or `sandbox-worker-failed`.
 */
export async function runWorker<Kind extends 'unpacked' | 'packaged'>(
  job: WorkerJob,
  expected: Kind,
  surroundings: WorkerSurroundings,
  context: Pick<Context, 'signal'>,
): Promise<ResultOf<Kind>> {
  const { work } = surroundings
  const jobFile = join(work.output, 'job.json')
  writeFileAtomic(jobFile, JSON.stringify(job))
  const landlock: LandlockRule[] = [...deviceRules, { path: sandboxPaths.output, access: 'write' }]
  for (const path of surroundings.writable) landlock.push({ path, access: 'write' })
  let printed = ''
  const { status } = await runSandbox(
    {
      hostName: 'kith',
      mounts: [
        ...planSysroot({ layers: [surroundings.hostEtc], hasHostTools: true }),
        ...planDevices(),
        { kind: 'bind', target: sandboxPaths.executable, source: ownExecutable(), isWritable: false },
        { kind: 'bind', target: sandboxPaths.job, source: jobFile, isWritable: false },
        { kind: 'bind', target: sandboxPaths.output, source: work.output, isWritable: true },
        ...surroundings.mounts,
        { kind: 'seal-root' },
      ],
      landlock,
      command: {
        argv: [sandboxPaths.executable, '__worker', sandboxPaths.job],
        cwd: '/kith',
        environment: {
          PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
          LC_ALL: 'C',
          HOME: '/tmp',
          TMPDIR: '/tmp',
        },
      },
    },
    {
      workDirectory: work.output,
      output: (text) => {
        printed = (printed + text).slice(-4000)
      },
    },
    context,
  )
  return readResult(
    join(work.output, 'result.json'),
    expected,
    job,
    printed.trim() || `the worker ended with ${status}`,
  )
}

function readResult<Kind extends WorkerResult['kind']>(
  file: string,
  expected: Kind,
  job: WorkerJob,
  otherwise: string,
): ResultOf<Kind> {
  const result = fileInfo(file) === undefined ? undefined : (JSON.parse(readText(file)) as WorkerResult)
  if (result?.kind === 'failed' && isErrorCode(result.code)) throw revive(result.code, result.details)
  if (result?.kind !== expected)
    throw new KithError('sandbox-worker-failed', { task: `${job.kind} "${job.package}"`, reason: otherwise })
  return result as ResultOf<Kind>
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code)
}

function revive<Code extends ErrorCode>(code: Code, details: unknown): KithError<Code> {
  return new KithError(code, details as ErrorDetails<Code>)
}

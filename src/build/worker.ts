import { KithError } from '../errors/kith-error.ts'
import { readText } from '../system/files.ts'
import { writeReport } from '../system/report-file.ts'
import { compareArtifacts } from './compare-artifacts.ts'
import { packageTree } from './package-tree.ts'
import { unpackSources } from './unpack-sources.ts'
import type { WorkerJob, WorkerResult } from './worker-job.ts'

/** The hidden command `__worker`: runs inside a sandbox, does the job of the file, prints its result: the disk may be full. */
export async function runWorkerJob(jobFile: string): Promise<number> {
  process.umask(0o022)
  const result = await perform(JSON.parse(readText(jobFile)) as WorkerJob)
  writeReport('/proc/self/fd/1', result)
  return result.kind === 'failed' ? 1 : 0
}

async function perform(job: WorkerJob): Promise<WorkerResult> {
  try {
    switch (job.kind) {
      case 'unpack':
        return await unpackSources(job)
      case 'package':
        return await packageTree(job)
      case 'compare':
        return await compareArtifacts(job)
    }
  } catch (error) {
    if (error instanceof KithError) return { kind: 'failed', code: error.code, details: error.details }
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { kind: 'failed', code: 'sandbox-worker-failed', details: { task: `${job.kind} "${job.package}"`, reason } }
  }
}

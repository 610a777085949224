import { join } from 'node:path'
import type { BatchJob, BatchResult } from './batch.ts'

/** Runs a batch in a process of its own. One that crashes, or does not end in time, is a finding. */
export async function runBatch(job: BatchJob, patienceMs: number): Promise<BatchResult> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'batch.ts'), JSON.stringify(job)], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  })
  const [printed, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  const status = await child.exited
  if (status === 0) return JSON.parse(printed) as BatchResult
  const why = child.signalCode === 'SIGKILL' ? 'did not end' : `ended with ${child.signalCode ?? status}`
  const finding = `the process for seeds from ${job.firstSeed} ${why}: ${complaint.slice(-2000)}`
  return { outcomes: { unpacked: 0, refused: 0 }, findings: [finding], openFiles: 0, memoryBytes: 0 }
}

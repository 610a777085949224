import { becomeStage } from '../sandbox/confine-stage.ts'
import { reportLines } from '../system/report-file.ts'
import type { StageJob, StageLine } from './stage-job.ts'

/** The hidden command `__stage`: gives up its rights and becomes `__unpack`. Where it cannot it tells why, and gives the exit status. */
export function enterStage(job: string): number {
  const { artifact, directory, runsPrograms, owner } = JSON.parse(job) as StageJob
  try {
    return becomeStage({ directory, runsPrograms, owner }, ['kith', '__unpack', job], {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      LC_ALL: 'C',
    })
  } catch (error) {
    const reason = `its process cannot be confined: ${error instanceof Error ? error.message : String(error)}`
    const line: StageLine = { kind: 'failed', code: 'staging-failed', details: { artifact, reason } }
    reportLines(1, [line])
    return 1
  }
}

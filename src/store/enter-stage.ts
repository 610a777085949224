import { becomeStage } from '../sandbox/confine-stage.ts'
import type { StageJob } from './stage-job.ts'

/** The hidden command `__stage`: gives up its rights and becomes `__unpack`. Throws KernelError. */
export function enterStage(job: string): never {
  const { directory, runsPrograms, owner } = JSON.parse(job) as StageJob
  becomeStage({ directory, runsPrograms, owner }, ['kith', '__unpack', job], {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LC_ALL: 'C',
  })
}

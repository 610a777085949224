import { KithError } from '../../src/errors/kith-error.ts'
import { recoverRoot } from '../../src/store/recover.ts'
import { watchTreeChanges } from '../../src/system/tree-change.ts'
import { TreeHandle } from '../../src/system/tree-handle.ts'
import { firstDifference, leftOver, withoutTimes } from '../crash/compare.ts'
import { type Inodes, readDisk, showDisk, writeDisk } from '../crash/disk.ts'
import { recordFailing, recordScenario, type ScenarioLog } from '../crash/record-scenario.ts'
import type { Scenario } from '../crash/scenarios.ts'
import { type Scratch, scratch } from '../crash/scratch.ts'
import { buildState } from '../crash/states.ts'
import type { FaultResult } from './check-faults.ts'
import { allFaults, type Fault, faultName, injectFault, Killed } from './fault.ts'

/** Faults in the recovery of a command that was stopped after its commit, and of one that was stopped while it was taken back. */
export async function checkRecoveryFaults(scenario: Scenario, every: number): Promise<FaultResult> {
  const forward = await recordScenario(scenario)
  const backward = await recordFailing(scenario, 0.7)
  const results = [
    ...tryFaults(forward, Math.floor((forward.course.committed + forward.log.changes.length) / 2), every),
    ...tryFaults(backward, Math.floor((backward.course.givenUp + backward.log.changes.length) / 2), every),
  ]
  const problems = results.flatMap((problem) => problem ?? [])
  return { changes: forward.log.changes.length, runs: results.length, problems }
}

function* tryFaults(one: ScenarioLog, stoppedAt: number, every: number): Generator<string | undefined> {
  const stopped = buildState(one.log, stoppedAt)
  const changes = countChanges(stopped)
  for (let index = 0; index < changes; index++)
    for (const [position, fault] of allFaults.entries()) {
      if ((index * allFaults.length + position) % every !== 0) continue
      const problem = checkRecovery(one, stopped, index, fault)
      yield problem && `${one.scenario.name}, recovery: ${faultName(fault)} at ${index} of ${changes}: ${problem}`
    }
}

function countChanges(stopped: Inodes): number {
  using at = scratch()
  writeDisk(stopped, at.root, at.mount)
  let count = 0
  using _watch = watchTreeChanges(() => void count++)
  recover(at)
  return count
}

/** It may fail, as often as the disk does; it never makes anything that the next one cannot bring to the old or the new root. */
function checkRecovery(one: ScenarioLog, stopped: Inodes, index: number, fault: Fault): string | undefined {
  using at = scratch()
  writeDisk(stopped, at.root, at.mount)
  const first = recoverWith(at, index, fault)
  if (first.problem !== undefined) return first.problem
  if (first.outcome !== undefined && !isAs(at, first.outcome === 'finished' ? one.new : one.old))
    return `it says "${first.outcome}", and is not`
  const second = recover(at)
  if (second instanceof Error) return `the next one fails: ${second.message}`
  const inodes = readDisk(at.root)
  if (!isAs(at, one.old) && !isAs(at, one.new))
    return `neither old nor new:\n${firstDifference(one.new, showDisk(inodes))}`
  return leftOver(inodes)
}

interface FirstRecovery {
  readonly outcome?: string
  readonly problem?: string
}

function recoverWith(at: Scratch, index: number, fault: Fault): FirstRecovery {
  using _fault = injectFault(index, fault)
  try {
    const outcome = recover(at)
    return typeof outcome === 'string' ? { outcome } : {}
  } catch (error) {
    return error instanceof Killed ? {} : { problem: `it throws what is no error of the catalogue: ${error}` }
  }
}

/** What was done, or the catalogue's error. */
function recover({ root }: Scratch): string | KithError {
  using tree = new TreeHandle(root)
  try {
    return recoverRoot(tree).kind
  } catch (error) {
    if (error instanceof KithError) return error
    throw error
  }
}

function isAs({ root }: Scratch, shown: string): boolean {
  return withoutTimes(showDisk(readDisk(root))) === withoutTimes(shown)
}

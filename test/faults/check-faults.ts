import { readdirSync } from 'node:fs'
import { KithError } from '../../src/errors/kith-error.ts'
import { recoverRoot } from '../../src/store/recover.ts'
import { TreeHandle } from '../../src/system/tree-handle.ts'
import { firstDifference, leftOver, withoutTimes } from '../crash/compare.ts'
import { type Inodes, readDisk, showDisk, writeDisk } from '../crash/disk.ts'
import { recordChanges } from '../crash/record.ts'
import { prepareScenario } from '../crash/record-scenario.ts'
import type { Scenario } from '../crash/scenarios.ts'
import { type Scratch, scratch } from '../crash/scratch.ts'
import { allFaults, errorWords, type Fault, faultName, injectFault, Killed } from './fault.ts'

export interface FaultResult {
  /** How many changes the command makes. */
  readonly changes: number
  readonly runs: number
  readonly problems: readonly string[]
}

/** Tries every so many pairs of a change of the scenario's command and a fault. */
export async function checkFaults(scenario: Scenario, every: number): Promise<FaultResult> {
  using stage = await openStage(scenario)
  const { changes } = stage
  const problems: string[] = []
  let runs = 0
  for (let index = 0; index < changes; index++)
    for (const [position, fault] of allFaults.entries()) {
      if ((index * allFaults.length + position) % every !== 0) continue
      runs++
      const problem = await checkFault(stage, index, fault)
      if (problem !== undefined) problems.push(problem)
    }
  return { changes, runs, problems }
}

/** A scenario that ran once without a fault. Disposing removes what it was made with. */
interface FaultStage extends Disposable {
  readonly scenario: Scenario
  /** How many changes its command makes. */
  readonly changes: number
  readonly start: Inodes
  readonly new: string
  readonly directory: string
}

async function openStage(scenario: Scenario): Promise<FaultStage> {
  const at = scratch()
  await prepareScenario(scenario, at)
  const start = readDisk(at.root)
  const recorded = await recordChanges(at.root, () => scenario.command(at.root, at.directory))
  return {
    scenario,
    changes: recorded.length,
    start,
    new: showDisk(readDisk(at.root)),
    directory: at.directory,
    [Symbol.dispose]: () => at[Symbol.dispose](),
  }
}

/** Runs the command with a fault at one of its changes, recovers, and runs it again. Gives what is not as it must be, or undefined. */
async function checkFault(stage: FaultStage, index: number, fault: Fault): Promise<string | undefined> {
  using at = scratch()
  writeDisk(stage.start, at.root, at.mount)
  const filesBefore = countOpenFiles()
  const { thrown, met } = await runWithFault(stage, at, index, fault)
  const problem =
    judgeThrown(thrown, met, fault) ??
    judgeNow(thrown, at, stage) ??
    recover(at.root) ??
    judgeRecovered(thrown, at, stage) ??
    (await judgeOpenFiles(filesBefore)) ??
    (await runAgain(at, stage))
  return problem === undefined
    ? undefined
    : `${stage.scenario.name}: ${faultName(fault)} at ${index} (${met}): ${problem}`
}

interface Outcome {
  readonly thrown: unknown
  readonly met: string | undefined
}

async function runWithFault(
  { scenario, directory }: FaultStage,
  { root }: Scratch,
  index: number,
  fault: Fault,
): Promise<Outcome> {
  using watch = injectFault(index, fault)
  try {
    await scenario.command(root, directory)
    return { thrown: undefined, met: watch.met() }
  } catch (error) {
    return { thrown: error, met: watch.met() }
  }
}

function judgeThrown(thrown: unknown, met: string | undefined, fault: Fault): string | undefined {
  if (met === undefined) return 'it does not come to that change'
  if (fault.kind === 'kill') return thrown instanceof Killed ? undefined : `it goes on: ${thrown}`
  if (thrown === undefined) return undefined
  if (!(thrown instanceof KithError)) return `it throws what is no error of the catalogue: ${thrown}`
  if (!['io-failed', 'transaction-unfinished'].includes(thrown.code)) return `it throws ${thrown.code}`
  if (!errorWords[fault.name].test(thrown.message)) return `its message does not say what happened: ${thrown.message}`
  return undefined
}

/** What the command says must be so at once: done, or not, and only where it says that it knows neither, either of them later. */
function judgeNow(thrown: unknown, at: Scratch, stage: FaultStage): string | undefined {
  const shown = showDisk(readDisk(at.root))
  if (thrown === undefined) return isNew(shown, stage) ? undefined : `it says that it is done:\n${notNew(shown, stage)}`
  if (!(thrown instanceof KithError) || thrown.code !== 'io-failed') return undefined
  const old = showDisk(stage.start)
  return shown === old ? undefined : `it says that nothing was changed:\n${firstDifference(old, shown)}`
}

function recover(root: string): string | undefined {
  using tree = new TreeHandle(root)
  try {
    recoverRoot(tree)
    return undefined
  } catch (error) {
    return `the recovery fails: ${error}`
  }
}

function judgeRecovered(thrown: unknown, at: Scratch, stage: FaultStage): string | undefined {
  const inodes = readDisk(at.root)
  const shown = showDisk(inodes)
  const old = showDisk(stage.start)
  const isKnown = thrown === undefined || (thrown instanceof KithError && thrown.code === 'io-failed')
  if (isKnown && (thrown === undefined) !== isNew(shown, stage)) return 'the recovery brings another state'
  if (shown !== old && !isNew(shown, stage)) return `neither old nor new:\n${firstDifference(old, shown)}`
  return leftOver(inodes)
}

async function runAgain(at: Scratch, stage: FaultStage): Promise<string | undefined> {
  if (isNew(showDisk(readDisk(at.root)), stage)) return undefined
  try {
    await stage.scenario.command(at.root, stage.directory)
  } catch (error) {
    return `it fails when it runs again: ${error}`
  }
  const shown = showDisk(readDisk(at.root))
  return isNew(shown, stage) ? undefined : `run again it comes to something else:\n${notNew(shown, stage)}`
}

function isNew(shown: string, stage: FaultStage): boolean {
  return withoutTimes(shown) === withoutTimes(stage.new)
}

function notNew(shown: string, stage: FaultStage): string {
  return firstDifference(withoutTimes(stage.new), withoutTimes(shown))
}

/** What streams have open they close a moment later. */
async function judgeOpenFiles(before: number): Promise<string | undefined> {
  for (let turn = 0; turn < 100; turn++) {
    if (countOpenFiles() <= before) return undefined
    await Bun.sleep(turn)
  }
  return `${countOpenFiles() - before} files are left open`
}

function countOpenFiles(): number {
  return readdirSync('/proc/self/fd').length
}

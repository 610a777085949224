import { isKithError } from '../../src/errors/kith-error.ts'
import { KernelError } from '../../src/native/libc.ts'
import { recoverRoot } from '../../src/store/recover.ts'
import { makeStateDirectory } from '../../src/store/state-directory.ts'
import { TreeHandle } from '../../src/system/tree-handle.ts'
import { firstDifference, withoutTimes } from './compare.ts'
import { type Inodes, readDisk, showDisk, writeDisk } from './disk.ts'
import { type DiskChange, type DiskLog, logChanges } from './disk-log.ts'
import { type RecordedChange, recordChanges } from './record.ts'
import type { Scenario } from './scenarios.ts'
import { type Scratch, scratch } from './scratch.ts'
import { buildState } from './states.ts'

export interface ScenarioLog {
  readonly scenario: Scenario
  readonly log: DiskLog
  /** The root before and after, as showDisk has it. */
  readonly old: string
  readonly new: string
  readonly course: Course
}

/** Which changes make the command's outcome certain; from the one to the other the disk may have either. */
interface Course {
  /** The journal gets its name, and surely has it. */
  readonly committing: number
  readonly committed: number
  /** The same of what takes it back; infinite where it is not. */
  readonly givingUp: number
  readonly givenUp: number
}

/** Runs a scenario and records what it does. The record is complete: replayed in memory it gives the tree that is really there. */
export async function recordScenario(scenario: Scenario): Promise<ScenarioLog> {
  using at = scratch()
  await prepareScenario(scenario, at)
  const start = readDisk(at.root)
  const recorded = await recordChanges(at.root, () => scenario.command(at.root, at.directory))
  return logScenario(scenario, { start, recorded, after: readDisk(at.root) })
}

/**
 * The same of a command that the kernel refuses a change after the commit, at a `share` of what is to be done then: it takes back what
 * was done.
 */
export async function recordFailing(scenario: Scenario, share: number): Promise<ScenarioLog> {
  using at = scratch()
  await prepareScenario(scenario, at)
  const start = readDisk(at.root)
  const index = await indexAfterCommit(scenario, { start, directory: at.directory }, share)
  let refusals = 0
  const refuse = (position: number): void => {
    if (position !== index || refusals > 0) return
    refusals++
    throw new KernelError('write', 'the disk', 5)
  }
  const recorded = await recordChanges(at.root, () => failing(scenario, at), refuse)
  const one = logScenario(scenario, { start, recorded, after: readDisk(at.root) })
  if (one.new !== one.old) throw new Error(`"${scenario.name}" was not taken back`)
  // What it would have been: what a recovery makes of the state before it was given up.
  using scene = scratch()
  writeDisk(buildState(one.log, one.course.givingUp), scene.root, scene.mount)
  using tree = new TreeHandle(scene.root)
  recoverRoot(tree)
  return { ...one, new: showDisk(readDisk(scene.root)) }
}

async function failing(scenario: Scenario, { root, directory }: Scratch): Promise<void> {
  try {
    await scenario.command(root, directory)
  } catch (error) {
    if (isKithError(error, 'io-failed')) return
    throw error
  }
  throw new Error(`"${scenario.name}" does not fail`)
}

async function indexAfterCommit(
  scenario: Scenario,
  { start, directory }: { readonly start: Inodes; readonly directory: string },
  share: number,
): Promise<number> {
  using at = scratch()
  writeDisk(start, at.root, at.mount)
  const recorded = await recordChanges(at.root, () => scenario.command(at.root, directory))
  const renameTo = (name: string): number =>
    recorded.findIndex((one) => one.kind === 'rename' && one.to.endsWith(`/.kith/${name}`))
  const first = renameTo('journal') + 2
  const last = recorded.findIndex((one) => one.kind === 'rename' && one.to.endsWith('/record'))
  return first + Math.floor(share * (last - first))
}

export interface RecordedRun {
  readonly start: Inodes
  readonly recorded: readonly RecordedChange[]
  /** What is really there then. */
  readonly after: Inodes
}

/** The same of a run that is over. Throws where the record is not complete. */
export function logScenario(scenario: Scenario, { start, recorded, after }: RecordedRun): ScenarioLog {
  const log = logChanges(start, recorded)
  const replayed = buildState(log, log.changes.length)
  const [real, told] = [showDisk(after, true), showDisk(replayed, true)]
  if (withoutTimes(told) !== withoutTimes(real))
    throw new Error(`the record of "${scenario.name}" is not complete:\n${firstDifference(told, real)}`)
  return { scenario, log, old: showDisk(start), new: showDisk(replayed), course: courseOf(log.changes) }
}

/** Brings the root of `at` to where the command of a scenario begins. */
export async function prepareScenario(
  scenario: Scenario,
  at: Pick<Scratch, 'root' | 'directory' | 'mount'>,
): Promise<void> {
  for (const path of scenario.mounts ?? []) at.mount(at.root + path)
  await scenario.prepare(at.root, at.directory)
  // Every command takes the lock first, for which there must be a place.
  using tree = new TreeHandle(at.root)
  makeStateDirectory(tree)
}

/** The same command with a mistake in the order of its changes. */
export function withChanges(one: ScenarioLog, changes: readonly DiskChange[]): ScenarioLog {
  return { ...one, log: { ...one.log, changes }, course: courseOf(changes) }
}

function courseOf(changes: readonly DiskChange[]): Course {
  const renameTo = (name: string): number =>
    changes.findIndex((one) => one.kind === 'names' && one.names.length > 1 && one.names[0]?.[1] === name)
  const syncAfter = (index: number): number => changes.findIndex((one, at) => at > index && one.kind === 'sync')
  const certain = (index: number): number => (index < 0 ? Number.POSITIVE_INFINITY : index)
  const committing = renameTo('journal')
  if (committing < 0) throw new Error('it has no commit')
  const givingUp = certain(renameTo('rollback'))
  return {
    committing,
    committed: certain(syncAfter(committing)),
    givingUp,
    givenUp: certain(givingUp < changes.length ? syncAfter(givingUp) : -1),
  }
}

import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KithError } from '../../src/errors/kith-error.ts'
import { textTreePath } from '../../src/model/tree-path.ts'
import { openRoot } from '../../src/store/open-root.ts'
import { recoverRoot } from '../../src/store/recover.ts'
import { planReverting, revertTransactions } from '../../src/store/revert-transactions.ts'
import { makeStateDirectory } from '../../src/store/state-directory.ts'
import { testContext } from '../../src/store/store-fixture.ts'
import { TreeHandle } from '../../src/system/tree-handle.ts'
import { walkView } from '../../src/system/tree-view.ts'
import { type DiskChange, type DiskLog, type Inodes, logChanges, readDisk, showDisk, writeDisk } from './disk.ts'
import { type RecordedChange, recordChanges } from './record.ts'
import type { Scenario } from './scenarios.ts'
import { buildState, type CrashState, crashStates, random, type StateBounds } from './states.ts'

export interface ScenarioLog {
  readonly scenario: Scenario
  readonly recorded: readonly RecordedChange[]
  readonly log: DiskLog
  /** The root before and after, as showDisk has it. */
  readonly old: string
  readonly new: string
}

/** In memory where there is such a place: a hundred thousand trees are made here. */
const scratchParent = fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

interface Scratch extends Disposable {
  readonly directory: string
  readonly root: string
}

function scratch(): Scratch {
  const directory = fs.mkdtempSync(join(scratchParent, 'kith-crash-'))
  const root = join(directory, 'root')
  fs.mkdirSync(root)
  return { directory, root, [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true, force: true }) }
}

/** Runs a scenario and records what it does. The record is complete: replayed in memory it gives the tree that is really there. */
export async function recordScenario(scenario: Scenario): Promise<ScenarioLog> {
  using at = scratch()
  await scenario.prepare(at.root, at.directory)
  lockOnce(at.root)
  const start = readDisk(at.root)
  const recorded = await recordChanges(at.root, () => scenario.command(at.root, at.directory))
  const log = logChanges(start, recorded)
  const after = buildState(log, log.changes.length)
  const real = showDisk(readDisk(at.root), true)
  if (withoutTimes(showDisk(after, true)) !== withoutTimes(real))
    throw new Error(
      `the record of "${scenario.name}" is not complete:\n${firstDifference(showDisk(after, true), real)}`,
    )
  return { scenario, recorded, log, old: showDisk(start), new: showDisk(after) }
}

/** Every command takes the lock first, for which there must be a place. */
function lockOnce(root: string): void {
  using tree = new TreeHandle(root)
  makeStateDirectory(tree)
}

/** What the command writes itself has the time of writing, which the record does not. */
function withoutTimes(shown: string): string {
  return shown.replace(/ (file|symlink|fifo) (\d+ \d+:\d+) \d+/g, ' $1 $2')
}

export interface Violation {
  readonly scenario: string
  readonly at: number
  readonly problem: string
}

export interface CheckResult {
  states: number
  /** Of them, those after a crash in a recovery. */
  nested: number
  readonly violations: Violation[]
}

export interface CheckOptions {
  readonly bounds: StateBounds
  readonly seed: number
  /** Every so many states the recovery is recorded, and cut as well; and the outcome is undone. */
  readonly nestedEvery: number
  readonly undoEvery: number
  readonly nestedBounds: StateBounds
}

/** Recovers from every state and compares the root with the old and the new one. */
export async function checkScenario(one: ScenarioLog, options: CheckOptions): Promise<CheckResult> {
  const next = random(options.seed)
  const result: CheckResult = { states: 0, nested: 0, violations: [] }
  for (const state of crashStates(one.log, options.bounds, next)) {
    result.states++
    const problem = await checkState(state, one, { ...options, count: result.states, next, result })
    if (problem !== undefined) result.violations.push({ scenario: one.scenario.name, at: state.at, problem })
  }
  return result
}

interface Checking extends CheckOptions {
  readonly count: number
  readonly next: () => number
  readonly result: CheckResult
}

async function checkState(state: CrashState, one: ScenarioLog, checking: Checking): Promise<string | undefined> {
  const missing = missingFile(state, one)
  if (missing !== undefined) return `before recovery "${missing}" is missing, which both versions have`
  using at = scratch()
  writeDisk(state.inodes, at.root)
  const misread = misreading(at.root, one)
  if (misread !== undefined) return misread
  const isNested = checking.count % checking.nestedEvery === 0
  const start = isNested ? readDisk(at.root) : undefined
  let failure: string | undefined
  const recorded = await recordChanges(at.root, () => {
    failure = recover(at.root)
  })
  const outcome = readDisk(at.root)
  const problem = failure ?? judge(outcome, state.at, one)
  if (problem !== undefined) return problem
  if (start !== undefined) {
    const nested = checkNested({ log: logChanges(start, recorded), at: state.at }, one, checking)
    if (nested !== undefined) return nested
  }
  const isNew = showDisk(outcome) === one.new && one.new !== one.old
  if (isNew && checking.count % checking.undoEvery === 0) return await checkUndo(at.root, one)
  return undefined
}

/** Why it could not be, or undefined. */
function recover(root: string): string | undefined {
  using tree = new TreeHandle(root)
  try {
    recoverRoot(tree)
    return undefined
  } catch (error) {
    if (error instanceof KithError) return `the recovery fails: ${error.message}`
    throw error
  }
}

/** What is thrown that a person may see, as text. */
function attempt<Result>(call: () => Result): Result | string {
  try {
    return call()
  } catch (error) {
    if (error instanceof KithError) return error.message
    throw error
  }
}

/** Whoever reads while a transaction is not finished sees the root before it. */
function misreading(root: string, one: ScenarioLog): string | undefined {
  const reading = attempt(() => openRoot(root))
  if (typeof reading === 'string') return `it cannot be read: ${reading}`
  const { tree, pending } = reading
  if (pending === undefined) return undefined
  const seen: string[] = []
  for (const { path, kind } of walkView(tree, textTreePath('/'))) {
    if (/\.kith(?:\/|$)/.test(path)) continue
    seen.push(kind === 'directory' ? `${path}/` : `${path} ${kind === 'file' ? tree.bytes(path) : kind}`)
  }
  const [expected, found] = [plain(one.log.start), seen.sort().join('\n')]
  return expected === found
    ? undefined
    : `read while unfinished it is not the old root:\n${firstDifference(expected, found)}`
}

function plain(inodes: Inodes): string {
  const lines: string[] = []
  const show = (id: number, path: string): void => {
    const inode = inodes.get(id)
    if (inode === undefined || path.endsWith('/.kith')) return
    if (inode.kind !== 'directory') lines.push(`${path} ${inode.kind === 'file' ? inode.data : inode.kind}`)
    else if (path !== '') lines.push(`${path}/`)
    for (const [name, child] of inode.entries) show(child, `${path}/${name}`)
  }
  show(1, '')
  return lines.sort().join('\n')
}

/** A crash during the recovery, and another recovery. */
function checkNested(
  { log, at }: { readonly log: DiskLog; readonly at: number },
  one: ScenarioLog,
  { next, result, nestedBounds }: Checking,
): string | undefined {
  for (const state of crashStates(log, nestedBounds, next)) {
    result.states++
    result.nested++
    using scene = scratch()
    writeDisk(state.inodes, scene.root)
    const problem = recover(scene.root) ?? judge(readDisk(scene.root), at, one)
    if (problem !== undefined) return `after a crash in the recovery, at ${state.at}: ${problem}`
  }
  return undefined
}

async function checkUndo(root: string, one: ScenarioLog): Promise<string | undefined> {
  try {
    await revertTransactions(planReverting({ kind: 'undo' }, root, false), root, testContext().context)
  } catch (error) {
    if (error instanceof KithError) return `it cannot be undone: ${error.message}`
    throw error
  }
  const undone = showDisk(readDisk(root))
  const before = isRevert(one.scenario) ? undefined : one.old
  if (before !== undefined && undone !== before)
    return `undone it is not what it was:\n${firstDifference(before, undone)}`
  return undefined
}

/** What undoes an undo is another command. */
function isRevert({ name }: Scenario): boolean {
  return /undo|redo/.test(name)
}

/** Committed for sure, it is the new root; before the commit the old one; in between either of them. And nothing is left over. */
function judge(outcome: Inodes, at: number, one: ScenarioLog): string | undefined {
  const shown = showDisk(outcome)
  const { renamed, durable } = commitOf(one.log.changes)
  const allowed = at <= renamed ? [one.old] : at > durable ? [one.new] : [one.old, one.new]
  if (!allowed.includes(shown)) return `neither old nor new:\n${firstDifference(allowed.at(-1) ?? '', shown)}`
  const left = showDisk(outcome, true)
    .split('\n')
    .filter((line) => /\/\.kith\//.test(line) && !/\/\.kith\/(?:history\/(?:\d+\/(?:record|saved\/)?)?)? ?/.test(line))
  return left.length > 0 ? `left over: ${left.join('; ')}` : undefined
}

const commits = new WeakMap<readonly DiskChange[], { readonly renamed: number; readonly durable: number }>()

/** The change that renames the journal, and the sync that makes it last. */
function commitOf(changes: readonly DiskChange[]): { readonly renamed: number; readonly durable: number } {
  const known = commits.get(changes)
  if (known !== undefined) return known
  const renamed = changes.findIndex((one) => one.kind === 'names' && one.names[0]?.[1] === 'journal')
  const durable = changes.findIndex((one, index) => index > renamed && one.kind === 'sync')
  if (renamed < 0) throw new Error('it has no commit')
  const found = { renamed, durable: durable < 0 ? Number.POSITIVE_INFINITY : durable }
  commits.set(changes, found)
  return found
}

/** A path that is a file or link before and after, and is not there in between. */
function missingFile({ inodes }: CrashState, one: ScenarioLog): string | undefined {
  const pathsOf = (shown: string): Set<string> =>
    new Set(shown.split('\n').flatMap((line) => /^(\S+) (?:file|symlink|=)/.exec(line)?.[1] ?? []))
  const now = pathsOf(showDisk(inodes))
  const after = pathsOf(one.new)
  return [...pathsOf(one.old)].find((path) => after.has(path) && !now.has(path))
}

function firstDifference(expected: string, found: string): string {
  const [before, after] = [expected.split('\n'), found.split('\n')]
  const lines = [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ]
  return lines
    .slice(0, 12)
    .map((line) => line.slice(0, 200))
    .join('\n')
}

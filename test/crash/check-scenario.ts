import { KithError } from '../../src/errors/kith-error.ts'
import { textTreePath } from '../../src/model/tree-path.ts'
import { openRoot } from '../../src/store/open-root.ts'
import { recoverRoot } from '../../src/store/recover.ts'
import { planReverting, revertTransactions } from '../../src/store/revert-transactions.ts'
import { testContext } from '../../src/store/store-fixture.ts'
import { TreeHandle } from '../../src/system/tree-handle.ts'
import { walkView } from '../../src/system/tree-view.ts'
import { firstDifference, leftOver } from './compare.ts'
import { type Inodes, readDisk, showDisk, writeDisk } from './disk.ts'
import { type DiskLog, logChanges } from './disk-log.ts'
import { recordChanges } from './record.ts'
import type { ScenarioLog } from './record-scenario.ts'
import type { Scenario } from './scenarios.ts'
import { scratch } from './scratch.ts'
import { type CrashState, crashStates, random, type StateBounds } from './states.ts'

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
  writeDisk(state.inodes, at.root, at.mount)
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
    writeDisk(state.inodes, scene.root, scene.mount)
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

/** Once one of them is certain it is that; where neither is, the old or the new one. And nothing is left over. */
function judge(outcome: Inodes, at: number, one: ScenarioLog): string | undefined {
  const shown = showDisk(outcome)
  const allowed = allowedAt(at, one)
  if (!allowed.includes(shown)) return `neither old nor new:\n${firstDifference(allowed.at(-1) ?? '', shown)}`
  return leftOver(outcome)
}

function allowedAt(at: number, { old, new: after, course }: ScenarioLog): readonly string[] {
  if (at <= course.committing || at > course.givenUp) return [old]
  return at > course.committed && at <= course.givingUp ? [after] : [old, after]
}

/** A path that is a file or link before and after, and is not there in between. */
function missingFile({ inodes }: CrashState, one: ScenarioLog): string | undefined {
  const pathsOf = (shown: string): Set<string> =>
    new Set(shown.split('\n').flatMap((line) => /^(\S+) (?:file|symlink|=)/.exec(line)?.[1] ?? []))
  const now = pathsOf(showDisk(inodes))
  const after = pathsOf(one.new)
  return [...pathsOf(one.old)].find((path) => after.has(path) && !now.has(path))
}

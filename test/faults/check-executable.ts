import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { leftOver, withoutTimes } from '../crash/compare.ts'
import { type Inodes, readDisk, showDisk, writeDisk } from '../crash/disk.ts'
import { type ExecutableRun, runExecutable } from '../crash/executable.ts'
import { prepareScenario } from '../crash/record-scenario.ts'
import type { Scenario } from '../crash/scenarios.ts'
import { type Scratch, scratch } from '../crash/scratch.ts'
import { traceWords } from '../crash/trace.ts'

/** One call of the kernel that the executable makes: the `count`th of its name. */
interface KernelCall {
  readonly name: string
  readonly count: number
  /** Whether it opens something, and whether it makes it. */
  readonly opens: boolean
  readonly makes: boolean
}

const kernelFaults = ['ENOSPC', 'EIO', 'EINTR', 'EMFILE', 'KILL'] as const
type KernelFault = (typeof kernelFaults)[number]

/** A scenario's command, run by the real executable while the kernel fails it. Disposing removes what it was made with. */
interface ExecutableStage extends Disposable {
  readonly scenario: Scenario
  readonly start: Inodes
  readonly new: string
  readonly directory: string
  /** From when it first touches the root: those that change something, and those that open something. */
  readonly calls: readonly KernelCall[]
}

async function openExecutableStage(scenario: Scenario): Promise<ExecutableStage> {
  const at = scratch()
  await prepareScenario(scenario, at)
  const start = readDisk(at.root)
  await scenario.command(at.root, at.directory)
  return {
    scenario,
    start,
    new: withoutTimes(showDisk(readDisk(at.root))),
    directory: at.directory,
    calls: traceCalls(scenario, start, at.directory),
    [Symbol.dispose]: () => at[Symbol.dispose](),
  }
}

function traceCalls(scenario: Scenario, start: Inodes, directory: string): KernelCall[] {
  using at = scratch()
  writeDisk(start, at.root, at.mount)
  const file = join(directory, 'trace')
  runExecutable(scenario.words, { root: at.root, directory, under: traceWords(file) })
  const lines = readFileSync(file, 'latin1').split('\n')
  const root = [...Buffer.from(at.root)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  const counts = new Map<string, number>()
  const calls = new Map<string, KernelCall>()
  for (const line of lines) {
    const [, thread, name = ''] = /^(\d+) +(\w+)\(/.exec(line) ?? []
    if (thread === undefined) continue
    // The tracer counts for each thread: what it is told to refuse it refuses in each process that comes so far.
    const count = (counts.get(`${thread} ${name}`) ?? 0) + 1
    counts.set(`${thread} ${name}`, count)
    if (!line.includes(root)) continue
    const opens = name.startsWith('open')
    const makes = line.includes('O_CREAT') || calls.get(`${name} ${count}`)?.makes === true
    calls.set(`${name} ${count}`, { name, count, opens, makes })
  }
  return [...calls.values()]
}

/** Whether a fault says anything of a call: only what opens something finds too many open files. */
function isPossible({ opens, makes }: KernelCall, fault: KernelFault): boolean {
  if (fault === 'KILL') return true
  return fault === 'EMFILE' ? opens : !opens || makes
}

/** With fewer the executable itself does not start. */
const fileLimits = Array.from({ length: 40 }, (_, index) => index + 8)

export interface KernelFaultResult {
  /** How many calls of the command may fail. */
  readonly calls: number
  readonly runs: number
  readonly problems: readonly string[]
}

/** Tries every so many pairs of a call of the scenario's command and a fault, and every so many limits of open files. */
export async function checkKernelFaults(scenario: Scenario, every: number): Promise<KernelFaultResult> {
  using stage = await openExecutableStage(scenario)
  const pairs = stage.calls.flatMap((call) =>
    kernelFaults.filter((fault) => isPossible(call, fault)).map((fault) => [call, fault] as const),
  )
  const chosen = pairs.filter((_, index) => index % every === 0)
  const limits = fileLimits.filter((_, index) => index % every === 0)
  const outcomes = [
    ...chosen.map(([call, fault]) => checkKernelFault(stage, call, fault)),
    ...limits.map((limit) => checkFileLimit(stage, limit)),
  ]
  const problems = outcomes.flatMap((problem) => problem ?? [])
  return { calls: stage.calls.length, runs: outcomes.length, problems }
}

/** Runs the command with that call failing, or killed at it, then `kith recover`, then the command again. Gives what is wrong, or undefined. */
function checkKernelFault(stage: ExecutableStage, call: KernelCall, fault: KernelFault): string | undefined {
  const { name, count } = call
  const effect = fault === 'KILL' ? 'signal=KILL' : `error=${fault}`
  const inject = `inject=${name}:${effect}:when=${count}`
  const under = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${name}`, '-e', inject]
  const problem = checkUnder(stage, under, (run) => judgeRun(run, fault))
  return problem === undefined ? undefined : `${stage.scenario.name}: ${fault} at ${name} ${count}: ${problem}`
}

/** The same with so few files that it may open. */
function checkFileLimit(stage: ExecutableStage, limit: number): string | undefined {
  const under = ['sh', '-c', `ulimit -n ${limit}; exec "$@"`, 'sh']
  const problem = checkUnder(stage, under, (run) => judgeRun(run, 'EMFILE'))
  return problem === undefined ? undefined : `${stage.scenario.name}: at most ${limit} open files: ${problem}`
}

function checkUnder(
  stage: ExecutableStage,
  under: readonly string[],
  judge: (run: ExecutableRun) => string | undefined,
): string | undefined {
  using at = scratch()
  writeDisk(stage.start, at.root, at.mount)
  const options = { root: at.root, directory: stage.directory }
  const run = runExecutable(stage.scenario.words, { ...options, under })
  const problem = judge(run)
  if (problem !== undefined) return problem
  if (run.status === 0 && !isNew(at, stage)) return 'it says that it is done, and is not'
  const recovery = runExecutable(['recover'], options)
  if (recovery.status !== 0) return `the recovery fails: ${recovery.stderr}`
  const inodes = readDisk(at.root)
  if (showDisk(inodes) !== showDisk(stage.start) && !isNew(at, stage)) return 'neither old nor new'
  const left = leftOver(inodes)
  if (left !== undefined || isNew(at, stage)) return left
  const again = runExecutable(stage.scenario.words, options)
  if (again.status !== 0) return `it fails when it runs again: ${again.stderr}`
  return isNew(at, stage) ? undefined : 'run again it comes to something else'
}

function judgeRun({ status, stderr }: ExecutableRun, fault: KernelFault): string | undefined {
  if (fault === 'KILL' || status === 0) return undefined
  if (status !== 1 || !/^ERROR Cannot /m.test(stderr) || /bug in kith/.test(stderr))
    return `it ends with ${status} and says: ${stderr}`
  // A signal that came in between is no reason to stop.
  return fault === 'EINTR' ? `it gives up: ${stderr}` : undefined
}

function isNew({ root }: Scratch, stage: ExecutableStage): boolean {
  return withoutTimes(showDisk(readDisk(root))) === stage.new
}

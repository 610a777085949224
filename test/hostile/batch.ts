import { readdirSync, readFileSync } from 'node:fs'
import { type LandlockRule, landlockAbi, restrictSelf } from '../../src/native/landlock.ts'
import { setNoNewPrivileges } from '../../src/native/privileges.ts'
import { type Canary, openCanary } from './canary.ts'
import { type SeededBug, seededBugs } from './seeded-bugs.ts'
import { type Outcome, tryArchive, unpackHere } from './try-archive.ts'
import { tryStaged } from './try-staged.ts'

/** One process that tries many archives, told as JSON in its argument; it prints a BatchResult. */
export interface BatchJob {
  /** Nothing else can be written, where the kernel has Landlock: what is found here must not happen to the host. */
  readonly directory: string
  readonly firstSeed: number
  readonly count: number
  readonly bug?: SeededBug | undefined
  /** Whether only the canary's root can be written, as by the process that unpacks for an installation. */
  readonly isConfined?: boolean
  /** Whether each archive is unpacked by a confined process of its own, as an installation does; `every` so many seeds. */
  readonly staged?: { readonly every: number }
}

export interface BatchResult {
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly findings: readonly string[]
  readonly openFiles: number
  /** The most that the process that unpacked had. */
  readonly memoryBytes: number
}

const mostFindings = 10

async function run(job: BatchJob): Promise<BatchResult> {
  const { directory, firstSeed, count, bug, staged } = job
  if (landlockAbi() === 0 && bug !== undefined)
    throw new Error('faulty unpackers only run where Landlock confines them')
  // Who made the directory removes it: here that may not be possible any more.
  const canary = openCanary(directory)
  if (staged === undefined) confine(job, canary)
  const unpack = bug === undefined ? unpackHere : seededBugs[bug]
  const outcomes = { unpacked: 0, refused: 0 }
  const findings: string[] = []
  let memoryBytes = 0
  for (let seed = firstSeed; seed < firstSeed + count && findings.length < mostFindings; seed += staged?.every ?? 1) {
    const trial = staged === undefined ? await tryArchive(seed, canary, unpack) : await tryStaged(seed, canary)
    findings.push(...trial.findings)
    if (trial.outcome !== undefined) outcomes[trial.outcome]++
    memoryBytes = Math.max(memoryBytes, trial.memoryBytes ?? 0)
    // What was changed stays changed.
    if (bug !== undefined && findings.length > 0) break
  }
  const openFiles = readdirSync('/proc/self/fd').length
  return { outcomes, findings, openFiles, memoryBytes: staged === undefined ? ownMemory() : memoryBytes }
}

function confine({ directory, isConfined }: BatchJob, canary: Canary): void {
  const abi = landlockAbi()
  const rules: LandlockRule[] = [
    { path: '/', access: 'read' },
    { path: isConfined === true ? canary.root : directory, access: 'write' },
    { path: '/dev/null', access: 'write-file' },
  ]
  setNoNewPrivileges()
  if (abi > 0) restrictSelf({ paths: rules }, abi)
}

/** Since this program began: what the kernel tells a parent counts what the parent had when it started this one. */
function ownMemory(): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
}

process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2] ?? '')))}\n`)

import { readdirSync } from 'node:fs'
import { type LandlockRule, landlockAbi, restrictSelf } from '../../src/native/landlock.ts'
import { setNoNewPrivileges } from '../../src/native/privileges.ts'
import { openCanary } from './canary.ts'
import { type SeededBug, seededBugs } from './seeded-bugs.ts'
import { type Outcome, tryArchive, unpackHere } from './try-archive.ts'

/** One process that tries many archives, told as JSON in its argument; it prints a BatchResult. */
export interface BatchJob {
  /** Nothing else can be written, where the kernel has Landlock: what is found here must not happen to the host. */
  readonly directory: string
  readonly firstSeed: number
  readonly count: number
  readonly bug?: SeededBug | undefined
  /** Whether only the canary's root can be written, as by the process that unpacks for an installation. */
  readonly isConfined?: boolean
}

export interface BatchResult {
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly findings: readonly string[]
  readonly openFiles: number
}

const mostFindings = 10

async function run({ directory, firstSeed, count, bug, isConfined }: BatchJob): Promise<BatchResult> {
  const abi = landlockAbi()
  if (abi === 0 && bug !== undefined) throw new Error('faulty unpackers only run where Landlock confines them')
  // Who made the directory removes it: here that may not be possible any more.
  const canary = openCanary(directory)
  setNoNewPrivileges()
  const rules: LandlockRule[] = [
    { path: '/', access: 'read' },
    { path: isConfined === true ? canary.root : directory, access: 'write' },
    { path: '/dev/null', access: 'write-file' },
  ]
  if (abi > 0) restrictSelf({ paths: rules }, abi)
  const outcomes = { unpacked: 0, refused: 0 }
  const findings: string[] = []
  for (let seed = firstSeed; seed < firstSeed + count && findings.length < mostFindings; seed++) {
    const trial = await tryArchive(seed, canary, bug === undefined ? unpackHere : seededBugs[bug])
    findings.push(...trial.findings)
    if (trial.outcome !== undefined) outcomes[trial.outcome]++
    // What was changed stays changed.
    if (bug !== undefined && findings.length > 0) break
  }
  return { outcomes, findings, openFiles: readdirSync('/proc/self/fd').length }
}

process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2] ?? '')))}\n`)

import type { Attempt, Setting, Stopper } from './attempt.ts'
import { type Equipment, openBench } from './bench.ts'

/** What came of an attempt in one setting. */
export type Trial =
  | { readonly kind: 'not-applicable'; readonly name: string; readonly setting: Setting; readonly reason: string }
  | {
      readonly kind: 'tried'
      readonly name: string
      readonly setting: Setting
      readonly stoppers: readonly Stopper[]
      /** What is not as the stoppers say; empty: all held. */
      readonly findings: readonly string[]
      readonly runs: number
      readonly milliseconds: number
    }

interface Run {
  readonly title: string
  readonly dropped: readonly Stopper[]
  readonly succeeds: boolean
}

/**
 * Tries `attempt`: with nothing dropped, where it must fail; with all its stoppers dropped, where it must succeed, or it would be
 * no test; and with all but one dropped, for each, where that one must stop it. `depth` `first`: the first of these alone.
 */
export async function tryAttempt(
  attempt: Attempt,
  setting: Setting,
  depth: 'first' | 'all',
  equipment: Equipment,
): Promise<Trial> {
  const { name, stoppers: stoppersIn, probe } = attempt
  const stoppers = stoppersIn(setting)
  if ('reason' in stoppers) return { kind: 'not-applicable', name, setting, reason: stoppers.reason }
  const refusal = probe === undefined ? undefined : tryOutside(probe, equipment)
  if (refusal !== undefined) return { kind: 'not-applicable', name, setting, reason: refusal }
  const started = performance.now()
  const runs = planRuns(stoppers).slice(0, depth === 'first' ? 1 : undefined)
  const findings: string[] = []
  for (const run of runs) {
    const finding = await tryRun(attempt, run, setting, equipment)
    if (finding !== undefined) findings.push(`${run.title}: ${finding}`)
  }
  const milliseconds = performance.now() - started
  return { kind: 'tried', name, setting, stoppers, findings, runs: runs.length, milliseconds }
}

function planRuns(stoppers: readonly Stopper[]): Run[] {
  const alone = stoppers.map((kept): Run => {
    return { title: `with ${kept} alone`, dropped: stoppers.filter((one) => one !== kept), succeeds: false }
  })
  return [
    { title: 'with everything', dropped: [], succeeds: false },
    { title: `without ${stoppers.join(', ')}`, dropped: stoppers, succeeds: true },
    ...(stoppers.length > 1 ? alone : []),
  ]
}

async function tryRun(
  attempt: Attempt,
  { dropped, succeeds }: Run,
  setting: Setting,
  equipment: Equipment,
): Promise<string | undefined> {
  using bench = openBench(setting, equipment)
  try {
    const succeeded = await attempt.run(bench, new Set(dropped))
    if (succeeded === succeeds) return undefined
    return succeeded ? 'the attack succeeded' : 'the attack failed all the same'
  } catch (error) {
    return `this run does not count: ${error instanceof Error ? error.message : String(error)}`
  }
}

function tryOutside(probe: readonly string[], { attack }: Equipment): string | undefined {
  const { stdout } = Bun.spawnSync([attack, ...probe])
  const last = stdout.toString().trimEnd().split('\n').at(-1) ?? ''
  if (last === 'ESCAPED') return undefined
  return `the kernel refuses it outside of a sandbox, too: ${/: ([^:]+)$/.exec(last)?.[1] ?? (last || 'nothing')}`
}

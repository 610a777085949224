/** One comparison. `ratio` is the median of the ratios pair by pair; below 1 kith is the faster one. */
export interface BenchRow {
  readonly name: string
  readonly kithMs: number
  readonly other: string
  readonly otherMs: number
  readonly ratio: number
  /** Where the project has set itself one. */
  readonly goal?: string
  /** Of both figures; milliseconds by default. */
  readonly unit?: string
}

export interface Comparison {
  readonly name: string
  readonly other: string
  readonly runs: number
  readonly goal?: string
  readonly kith: () => Promise<unknown> | unknown
  readonly against: () => Promise<unknown> | unknown
  /** Before each pair, not measured. */
  readonly prepare?: () => void
}

/** Runs both in turns, `runs` times after one warm-up. */
export async function compare({ name, other, runs, goal, kith, against, prepare }: Comparison): Promise<BenchRow> {
  const pairs: { kithMs: number; otherMs: number }[] = []
  for (let round = 0; round <= runs; round++) {
    prepare?.()
    const kithMs = await timed(kith)
    const otherMs = await timed(against)
    if (round > 0) pairs.push({ kithMs, otherMs })
  }
  return {
    name,
    other,
    kithMs: median(pairs.map((pair) => pair.kithMs)),
    otherMs: median(pairs.map((pair) => pair.otherMs)),
    ratio: median(pairs.map((pair) => pair.kithMs / pair.otherMs)),
    ...(goal === undefined ? {} : { goal }),
  }
}

async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** The rows as aligned text under a title. */
export function printRows(title: string, rows: readonly BenchRow[]): string {
  const lines = rows.map(({ name, kithMs, other, otherMs, ratio, goal, unit = 'ms' }) => {
    const figures = `${kithMs.toFixed(1).padStart(9)} ${unit}  ${otherMs.toFixed(1).padStart(9)} ${unit}  ${ratio.toFixed(2).padStart(6)}`
    return `  ${name.padEnd(34)}${figures}  against ${other}${goal === undefined ? '' : ` (goal: ${goal})`}\n`
  })
  return `${title}${' '.repeat(Math.max(1, 36 - title.length))}     kith         other   ratio\n${lines.join('')}`
}

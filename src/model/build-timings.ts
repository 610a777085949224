/** What happened when, in one build of a plan: as it was written down, line by line, while it ran. */
export interface BuildTimings {
  readonly startedMs: number
  /** Builds at one time, programs of all together, processors of the machine. */
  readonly jobs: number
  readonly tokens: number
  readonly processors: number
  readonly work: readonly RecordedWork[]
  readonly events: readonly TimingsEvent[]
}

export interface RecordedWork {
  readonly id: string
  readonly work: 'fetch' | 'build'
  readonly package: string
  /** Ids of what had to be done before. */
  readonly needs: readonly string[]
}

const outcomes = ['done', 'skipped', 'failed'] as const
const phases = ['unpack', 'sysroot', 'script', 'package'] as const
export type WorkOutcome = (typeof outcomes)[number]
export type TimedPhase = (typeof phases)[number]

/** `atMs` counts from the start of the plan. */
export type TimingsEvent =
  | { readonly kind: 'started'; readonly atMs: number; readonly id: string }
  | { readonly kind: 'ended'; readonly atMs: number; readonly id: string; readonly outcome: WorkOutcome }
  | { readonly kind: 'phase'; readonly atMs: number; readonly package: string; readonly phase: TimedPhase }
  | { readonly kind: 'used'; readonly atMs: number; readonly package: string; readonly cpuMs: number }
  | {
      readonly kind: 'sampled'
      readonly atMs: number
      /** Tokens in use. */
      readonly used: number
      readonly running: number
      readonly ready: number
      /** Of the whole machine's processor time, 0 to 1. */
      readonly busy?: number | undefined
    }
  | { readonly kind: 'finished'; readonly atMs: number }

/** The first line of a record. */
export interface TimingsHead extends Pick<BuildTimings, 'startedMs' | 'jobs' | 'tokens' | 'processors'> {
  readonly kind: 'timings'
  readonly schema: 1
}

export type TimingsLine = TimingsHead | ({ readonly kind: 'work' } & RecordedWork) | TimingsEvent

/**
 *     {"kind":"timings","schema":1,"startedMs":1796750000000,"jobs":2,"tokens":2,"processors":2}
 *     {"kind":"work","id":"build zlib","work":"build","package":"zlib","needs":[]}
 *     {"kind":"started","atMs":12,"id":"build zlib"}
 */
export function printTimingsLine(line: TimingsLine): string {
  return `${JSON.stringify(line)}\n`
}

/** A record as far as it was written. Lines that are none are left out; undefined where the first is none. */
export function parseTimings(text: string): BuildTimings | undefined {
  const [head, ...lines] = text.split('\n').map(parseLine)
  if (head === undefined || head.kind !== 'timings' || head.schema !== 1) return undefined
  const numbers = readNumbers(head, ['startedMs', 'jobs', 'tokens', 'processors'])
  if (numbers === undefined) return undefined
  const work = lines.flatMap((line) => (line?.kind === 'work' ? (parseWork(line) ?? []) : []))
  const events = lines.flatMap((line) => (line === undefined || line.kind === 'work' ? [] : (parseEvent(line) ?? [])))
  return { ...numbers, work, events }
}

type Fields = Readonly<Record<string, unknown>>

function parseLine(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

function parseWork({ id, work, package: name, needs }: Fields): RecordedWork | undefined {
  if (typeof id !== 'string' || typeof name !== 'string' || (work !== 'fetch' && work !== 'build')) return undefined
  if (!Array.isArray(needs)) return undefined
  return { id, work, package: name, needs: needs.filter((need) => typeof need === 'string') }
}

function parseEvent(line: Fields): TimingsEvent | undefined {
  const at = readNumbers(line, ['atMs'])
  if (at === undefined) return undefined
  const { kind, id, package: name } = line
  switch (kind) {
    case 'started':
      return typeof id === 'string' ? { kind, ...at, id } : undefined
    case 'ended': {
      const outcome = outcomes.find((one) => one === line.outcome)
      return typeof id === 'string' && outcome !== undefined ? { kind, ...at, id, outcome } : undefined
    }
    case 'phase': {
      const phase = phases.find((one) => one === line.phase)
      return typeof name === 'string' && phase !== undefined ? { kind, ...at, package: name, phase } : undefined
    }
    case 'used': {
      const numbers = readNumbers(line, ['cpuMs'])
      return typeof name === 'string' && numbers !== undefined ? { kind, ...at, package: name, ...numbers } : undefined
    }
    case 'sampled': {
      const numbers = readNumbers(line, ['used', 'running', 'ready'])
      return numbers && { kind, ...at, ...numbers, ...readNumbers(line, ['busy']) }
    }
    case 'finished':
      return { kind, ...at }
    default:
      return undefined
  }
}

/** None is negative, or no number. */
function readNumbers<Name extends string>(line: Fields, names: readonly Name[]): Record<Name, number> | undefined {
  const found: [Name, number][] = []
  for (const name of names) {
    const value = line[name]
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined
    found.push([name, value])
  }
  return Object.fromEntries(found) as Record<Name, number>
}

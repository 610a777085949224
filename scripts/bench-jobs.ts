import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event } from '../src/events/event.ts'
import type { BenchRow } from './bench-rows.ts'

/** Packages of examples/repo that need no other: their scripts also run bare on a host with a compiler and make. */
const packages = ['bzip2', 'dash', 'expat', 'libffi', 'lua', 'lz4', 'pkgconf', 'zlib']
/** A round takes minutes. */
const rounds = Number(process.env.KITH_BENCH_ROUNDS ?? 1)
const project = join(import.meta.dir, '..')
const kith = join(project, 'dist', 'kith')
const tokens = availableParallelism()

/**
 * Real packages: kith with as many builds at one time as there are processors, against kith with one after the other, and
 * against the scripts alone, bare on this host one after the other. All have the same MAKEFLAGS. Needs the network (or KITH_MIRRORS) once.
 */
export async function benchJobs(): Promise<BenchRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-bench-jobs-'))
  try {
    const environment = {
      ...process.env,
      KISS_PATH: join(project, 'examples', 'repo'),
      KISS_ROOT: join(scratch, 'root'),
      KISS_PROMPT: '0',
      KITH_MIRRORS: process.env.KITH_MIRRORS ?? 'apt',
      MAKEFLAGS: `-j${tokens}`,
      XDG_CACHE_HOME: join(scratch, 'cache'),
    }
    await runKith(['download', ...packages], environment)
    const parallel: Measured[] = []
    const single: Measured[] = []
    const bare: number[] = []
    for (let round = 0; round < rounds; round++) {
      parallel.push(await measureKith(tokens, environment))
      single.push(await measureKith(1, environment))
      bare.push(await measureBare(scratch, environment))
    }
    return makeRows(parallel, single, bare)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

interface Measured {
  readonly ms: number
  /** Compilers and linkers that ran at one time, at most. */
  readonly mostPrograms: number
  /** Shares of the tokens in use, once a second: while further builds could start, and always. */
  readonly whileReady: readonly number[]
  readonly always: readonly number[]
}

function makeRows(parallel: readonly Measured[], single: readonly Measured[], bare: readonly number[]): BenchRow[] {
  const best = (values: readonly number[]): number => Math.min(...values)
  const kithMs = best(parallel.map(({ ms }) => ms))
  const against = (other: string, otherMs: number): BenchRow => {
    const name = `${packages.length} packages, ${tokens} at one time`
    return { name, other, kithMs: kithMs / 1000, otherMs: otherMs / 1000, ratio: kithMs / otherMs, unit: 's' }
  }
  const share = (values: readonly number[]): number =>
    (100 * values.reduce((sum, one) => sum + one, 0)) / Math.max(1, values.length)
  const busy = (name: string, values: readonly number[], goal?: string): BenchRow => {
    return {
      name,
      other: 'all tokens',
      kithMs: share(values),
      otherMs: 100,
      ratio: share(values) / 100,
      unit: '%',
      ...(goal === undefined ? {} : { goal }),
    }
  }
  const most = Math.max(...[...parallel, ...single].map(({ mostPrograms }) => mostPrograms))
  return [
    against('kith --jobs 1', best(single.map(({ ms }) => ms))),
    against('the bare scripts, one by one', best(bare)),
    busy(
      'tokens in use while builds wait',
      parallel.flatMap(({ whileReady }) => whileReady),
      'at least 95 %',
    ),
    busy(
      'tokens in use, always',
      parallel.flatMap(({ always }) => always),
    ),
    {
      name: 'compilers at one time, at most',
      kithMs: most,
      other: 'tokens',
      otherMs: tokens,
      ratio: most / tokens,
      unit: '',
      goal: 'at most one more',
    },
  ]
}

async function measureKith(jobs: number, environment: NodeJS.ProcessEnv): Promise<Measured> {
  const samples: Extract<Event, { kind: 'schedule-sampled' }>[] = []
  const started = performance.now()
  let mostPrograms = 0
  const timer = setInterval(() => {
    mostPrograms = Math.max(mostPrograms, countCompilers())
  }, 20)
  const note = (event: Event): void => {
    if (event.kind === 'schedule-sampled') samples.push(event)
  }
  try {
    await runKith(['build', '--rebuild', '--json', '--quiet', '--jobs', String(jobs), ...packages], environment, note)
  } finally {
    clearInterval(timer)
  }
  const ratio = ({ used, tokens: all }: (typeof samples)[number]): number => used / all
  return {
    ms: performance.now() - started,
    mostPrograms,
    whileReady: samples.filter(({ ready }) => ready > 0).map(ratio),
    always: samples.map(ratio),
  }
}

async function runKith(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  note: (event: Event) => void = () => {},
): Promise<void> {
  const child = Bun.spawn([kith, ...argv], { env: environment, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const errors = new Response(child.stderr).text()
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of child.stdout) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) note(JSON.parse(line) as Event)
  }
  if ((await child.exited) !== 0) throw new Error(`kith ${argv.join(' ')} failed:\n${(await errors).slice(-2000)}`)
}

/** Each call of a compiler is one of these at a time. */
const compilers = new Set(['cc1', 'cc1plus', 'as', 'ld', 'ld.bfd', 'lto1'])

function countCompilers(): number {
  return readdirSync('/proc').filter((id) => {
    try {
      return /^\d+$/.test(id) && compilers.has(readFileSync(`/proc/${id}/comm`, 'utf8').trim())
    } catch {
      return false
    }
  }).length
}

async function measureBare(scratch: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const started = performance.now()
  for (const name of packages) {
    const recipe = join(project, 'examples', 'repo', name)
    const source = join(scratch, 'bare', 'build', name)
    const destdir = join(scratch, 'bare', 'pkg', name)
    for (const directory of [source, destdir]) {
      rmSync(directory, { recursive: true, force: true })
      mkdirSync(directory, { recursive: true })
    }
    const [url = ''] = readFileSync(join(recipe, 'sources'), 'utf8').split(/\s/)
    const archive = join(scratch, 'cache/kiss/sources', name, url.slice(url.lastIndexOf('/') + 1))
    const [version = ''] = readFileSync(join(recipe, 'version'), 'utf8').split(' ')
    const unpack = ['tar', '-xf', archive, '-C', source, '--strip-components=1', '--no-same-owner']
    for (const argv of [unpack, [join(recipe, 'build'), destdir, version]]) {
      const child = Bun.spawn(argv, {
        cwd: source,
        env: environment,
        stdin: 'ignore',
        stdout: 'ignore',
        stderr: 'pipe',
      })
      const errors = await new Response(child.stderr).text()
      if ((await child.exited) !== 0) throw new Error(`${argv.join(' ')} failed:\n${errors.slice(-2000)}`)
    }
  }
  return performance.now() - started
}

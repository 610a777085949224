import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchRow } from './bench-rows.ts'
import { compileClock, makeLayerWorld } from './bench-sandbox-world.ts'

const project = join(import.meta.dir, '..')
const isRoot = process.getuid?.() === 0
/** Whom root measures as, too. */
const ordinaryUser = '65534'

interface Result {
  readonly rows: readonly BenchRow[]
  readonly notes: readonly string[]
}

/**
 * What a sandbox costs: from its start to the script's first instruction, and a whole build; as root, where root asks, and as an
 * ordinary user. Spreads, and where the time goes, are printed besides.
 */
export async function benchSandbox(): Promise<BenchRow[]> {
  const results = [
    ...(await inScratch(memoryDirectory(), measureStarts)),
    ...(await inScratch(tmpdir(), measureBuilds)),
  ]
  for (const note of results.flatMap(({ notes }) => notes)) process.stdout.write(`  ${note}\n`)
  return results.flatMap(({ rows }) => rows)
}

/** Sandboxes with 60 layers, in memory: on a disk their 200,000 files would take minutes. */
async function measureStarts(scratch: string): Promise<Result[]> {
  const program = compileClock(scratch)
  if (program === undefined) return [left('sandbox ready', 'it needs cc and a C library to link statically')]
  const recipe = join(scratch, 'repo', 'bench')
  mkdirSync(recipe, { recursive: true })
  writeFileSync(join(recipe, 'version'), '1 1\n')
  copyFileSync(program, join(recipe, 'build'))
  const worlds = [2000, 20_000, 200_000].map((files) => makeLayerWorld(join(scratch, String(files)), files))
  return measureAsUsers(scratch, 'bench-sandbox-start.ts', [recipe, JSON.stringify(worlds)])
}

async function measureBuilds(scratch: string): Promise<Result[]> {
  const name = 'libffi'
  const repository = join(project, 'examples', 'repo')
  const environment = {
    ...process.env,
    KISS_PATH: repository,
    KITH_MIRRORS: process.env.KITH_MIRRORS ?? 'apt',
    XDG_CACHE_HOME: join(scratch, 'cache'),
  }
  const argv = [join(project, 'dist', 'kith'), 'download', name]
  const { exitCode } = Bun.spawnSync(argv, { env: environment, stdio: ['ignore', 'ignore', 'ignore'] })
  const sources = join(scratch, 'cache', 'kiss', 'sources', name)
  const [archive] = existsSync(sources) ? readdirSync(sources) : []
  if (exitCode !== 0 || archive === undefined)
    return [left('configure and make', `the source of ${name} cannot be had`)]
  const copy = join(scratch, archive)
  copyFileSync(join(sources, archive), copy)
  return measureAsUsers(scratch, 'bench-sandbox-build.ts', [join(repository, name), copy])
}

/** Runs a script of this folder as this user, and where that is root as an ordinary one too; each gets a directory. */
function measureAsUsers(scratch: string, script: string, parameters: readonly string[]): Result[] {
  const asSelf = measure([], join(scratch, 'self'), script, parameters)
  if (!isRoot) return [asSelf]
  Bun.spawnSync(['chown', '-R', `${ordinaryUser}:${ordinaryUser}`, scratch])
  const become = ['setpriv', `--reuid=${ordinaryUser}`, `--regid=${ordinaryUser}`, '--clear-groups']
  return [asSelf, measure(become, join(scratch, 'other'), script, parameters)]
}

function measure(become: readonly string[], directory: string, script: string, parameters: readonly string[]): Result {
  const argv = [...become, process.execPath, join(import.meta.dir, script), directory, ...parameters]
  const { exitCode, stdout } = Bun.spawnSync(argv, { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
  if (exitCode !== 0) return left(script, 'it failed')
  return JSON.parse(stdout.toString()) as Result
}

function left(what: string, why: string): Result {
  return { rows: [], notes: [`${what}: left out, ${why}`] }
}

async function inScratch(parent: string, work: (scratch: string) => Promise<Result[]>): Promise<Result[]> {
  const scratch = mkdtempSync(join(parent, 'kith-bench-'))
  try {
    // Two users work in it.
    chmodSync(scratch, 0o755)
    return await work(scratch)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Where half a million names find room in memory; elsewhere they are made on a disk. */
function memoryDirectory(): string {
  const shared = '/dev/shm'
  if (!existsSync(shared)) return tmpdir()
  const { bavail, bsize, ffree } = statfsSync(shared)
  return bavail * bsize > 2 ** 30 && ffree > 1_000_000 ? shared : tmpdir()
}

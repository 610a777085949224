import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasLiveFacts, writeLiveRepositories } from '../test/live-repositories.ts'
import { type BenchRow, compare } from './bench-rows.ts'

const kith = join(import.meta.dir, '..', 'dist', 'kith')

/** Questions about 500 installed and 571 repository packages against the same by sh, ls and grep; plans of large repositories. */
export async function benchQueries(): Promise<BenchRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  try {
    const path = hasLiveFacts ? writeLiveRepositories(join(scratch, 'repos')) : writeChain(join(scratch, 'repos'), 571)
    const world = { KISS_PATH: path, KISS_ROOT: join(scratch, 'root'), XDG_CACHE_HOME: join(scratch, 'cache') }
    writeInstalled(join(scratch, 'root'), 500)
    return [...(await benchDatabase(world)), ...(await benchPlans(world, scratch))]
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

type World = Readonly<Record<'KISS_PATH' | 'KISS_ROOT' | 'XDG_CACHE_HOME', string>>

async function benchDatabase(world: World): Promise<BenchRow[]> {
  const database = `${world.KISS_ROOT}/var/db/kiss/installed`
  const repositories = world.KISS_PATH.replaceAll(':', ' ')
  const ask =
    (...words: readonly string[]) =>
    () =>
      run([kith, ...words], world)
  const shell = (script: string) => () => run(['sh', '-c', script], world)
  const listing = `for entry in ${database}/*; do read -r version release <"$entry/version"; echo "\${entry##*/} $version-$release"; done`
  const rows: BenchRow[] = []
  const add = async (name: string, other: string, goal: string | undefined, ours: () => void, against: () => void) => {
    rows.push(await compare({ name, other, runs: 20, kith: ours, against, ...(goal === undefined ? {} : { goal }) }))
  }
  await add('list 500 installed', 'sh: read each version', '30 ms', ask('list'), shell(listing))
  await add('list 500 installed', 'ls of the database', '30 ms', ask('list'), () => run(['ls', database], world))
  if (Bun.which('pacman')) {
    const places = ['--config', '/dev/null', '--dbpath', writePacmanDatabase(join(world.KISS_ROOT, 'pacman'), 500)]
    await add('list 500 installed', 'pacman -Q', '30 ms', ask('list'), () => run(['pacman', ...places, '-Q'], world))
  }
  await add(
    'search * of 1071',
    'ls -d',
    undefined,
    ask('search', '*'),
    shell(
      `ls -d ${repositories
        .split(' ')
        .map((one) => `${one}/*`)
        .join(' ')} ${database}/*`,
    ),
  )
  await add(
    'search zlib',
    'ls -d',
    undefined,
    ask('search', 'zlib*'),
    shell(
      `ls -d ${repositories
        .split(' ')
        .map((one) => `${one}/zlib*`)
        .join(' ')} 2>/dev/null || :`,
    ),
  )
  await add(
    'owns a file',
    'grep -lFx',
    undefined,
    ask('owns', '/usr/share/p250/file7'),
    shell(`grep -lFx /usr/share/p250/file7 ${database}/*/manifest`),
  )
  await add(
    'revdepends',
    'grep of depends',
    undefined,
    ask('revdepends', 'p10'),
    shell(`grep -E '^p10( |$)' ${database}/*/depends`),
  )
  // Each installed package has a recipe of its own version.
  const current = { ...world, KISS_PATH: writeChain(join(world.KISS_ROOT, 'recipes'), 500) }
  const upgrade = (): void => run([kith, 'upgrade'], current)
  await add('upgrade, nothing to do', 'sh: read each version', '60 ms', upgrade, shell(listing))
  return rows
}

async function benchPlans(world: World, scratch: string): Promise<BenchRow[]> {
  const against = (): void => run([process.execPath, '-e', '0'], world)
  const other = 'bun -e 0'
  const rows: BenchRow[] = []
  const plan = (name: string, env: World) => () => run([kith, 'build', '--dry-run', '--names', name], env)
  const empty = { ...world, KISS_ROOT: join(scratch, 'empty') }
  if (hasLiveFacts)
    rows.push(
      await compare({ name: 'plan of firefox, 76 recipes', other, runs: 20, kith: plan('firefox', empty), against }),
    )
  const large = { ...empty, KISS_PATH: writeChain(join(scratch, 'large'), 20_000) }
  const goal = '400 ms'
  rows.push(
    await compare({ name: 'plan of 20,000 recipes', other, runs: 5, goal, kith: plan('p19999', large), against }),
  )
  return rows
}

function run(argv: readonly string[], world: World): void {
  const { exitCode } = Bun.spawnSync([...argv], {
    env: { ...process.env, ...world },
    stdout: 'ignore',
    stderr: 'ignore',
  })
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}`)
}

/** Each needs three before it, so that the last needs all: as wide as it is deep. */
function writeChain(directory: string, size: number): string {
  for (let index = 0; index < size; index++) {
    const recipe = join(directory, `p${index}`)
    mkdirSync(recipe, { recursive: true })
    writeFileSync(join(recipe, 'build'), '#!/bin/sh -e\nmake\nmake DESTDIR="$1" install\n', { mode: 0o755 })
    writeFileSync(join(recipe, 'version'), '1.0 1\n')
    const needs = [1, 7, 100].filter((step) => step <= index).map((step) => `p${index - step}\n`)
    if (needs.length > 0) writeFileSync(join(recipe, 'depends'), needs.join(''))
  }
  return directory
}

function writeInstalled(root: string, size: number): void {
  for (let index = 0; index < size; index++) {
    const name = `p${index}`
    const place = `/var/db/kiss/installed/${name}`
    const entry = root + place
    mkdirSync(entry, { recursive: true })
    const files = Array.from({ length: 60 }, (_, file) => `/usr/share/${name}/file${file}`)
    const own = ['build', 'depends', 'manifest', 'version'].map((file) => `${place}/${file}`)
    const directories = [
      '/usr/',
      '/usr/share/',
      `/usr/share/${name}/`,
      '/var/',
      '/var/db/',
      '/var/db/kiss/',
      '/var/db/kiss/installed/',
      `${place}/`,
    ]
    const manifest = [...files, ...own, ...directories].sort().reverse()
    writeFileSync(join(entry, 'manifest'), `${manifest.join('\n')}\n`)
    writeFileSync(join(entry, 'version'), '1.0 1\n')
    writeFileSync(join(entry, 'build'), '#!/bin/sh -e\n', { mode: 0o755 })
    writeFileSync(
      join(entry, 'depends'),
      [1, 7]
        .filter((step) => step <= index)
        .map((step) => `p${index - step}\n`)
        .join(''),
    )
  }
}

/** As many packages as pacman would have; gives the directory. */
function writePacmanDatabase(directory: string, size: number): string {
  for (let index = 0; index < size; index++) {
    const entry = join(directory, 'local', `p${index}-1.0-1`)
    mkdirSync(entry, { recursive: true })
    writeFileSync(join(entry, 'desc'), `%NAME%\np${index}\n\n%VERSION%\n1.0-1\n`)
  }
  writeFileSync(join(directory, 'local', 'ALPM_DB_VERSION'), '9\n')
  return directory
}

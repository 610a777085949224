import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** The executable that is tested. */
const kith = process.env.KITH_UNDER_TEST ?? join(import.meta.dir, '..', 'dist', 'kith')

export const isRoot = process.getuid?.() === 0

export interface Run {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly stdin?: string
  /** Words before kith's own: `setpriv --reuid=…`. */
  readonly under?: readonly string[]
}

type Child = Bun.Subprocess<'ignore' | Blob, 'pipe', 'pipe'>

/** A scratch directory with a repository, a root and a cache, in which kith runs; gone when disposed. */
export interface ScratchWorld extends Disposable {
  readonly directory: string
  readonly repository: string
  readonly root: string
  readonly executable: string
  /** Of every kith that runs here. */
  readonly environment: Readonly<Record<string, string>>
  /** `<XDG_CACHE_HOME>/kiss` */
  readonly cache: string
  readonly run: (...argv: readonly string[]) => Promise<Run>
  readonly runWith: (options: RunOptions, ...argv: readonly string[]) => Promise<Run>
  /** Starts kith in a process group of its own and does not wait. */
  readonly start: (...argv: readonly string[]) => Child
  readonly startWith: (options: RunOptions, ...argv: readonly string[]) => Child
  /** A recipe, by default one whose build does nothing; undefined leaves a file out. Gives its directory. */
  readonly recipe: (name: string, files?: Readonly<Record<string, string | Uint8Array | undefined>>) => string
  /** Paths below the cache's directory, sorted; `bin` by default, without what kith writes beside a tarball. */
  readonly cached: (directory?: string) => string[]
  /** What a build may leave and must not: processes, mounts, drafts, link farms, work directories. */
  readonly leftovers: () => string[]
}

export function openWorld(): ScratchWorld {
  const directory = mkdtempSync(join(tmpdir(), 'kith-test-'))
  const [repository, root, caches, home] = ['repo', 'root', 'cache', 'home'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const path of [repository, root, caches, home]) mkdirSync(path)
  const cache = join(caches, 'kiss')
  const environment = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    KISS_PATH: repository,
    KISS_ROOT: root,
    XDG_CACHE_HOME: caches,
    HOME: home,
    KISS_PROMPT: '0',
  }
  const spawn = ({ env = {}, cwd = directory, stdin, under = [] }: RunOptions, argv: readonly string[]): Child =>
    Bun.spawn([...under, kith, ...argv], {
      cwd,
      env: { ...environment, ...env },
      stdin: stdin === undefined ? 'ignore' : new Blob([stdin]),
      stdout: 'pipe',
      stderr: 'pipe',
      detached: true,
    })
  const runWith = (options: RunOptions, ...argv: readonly string[]) => finish(spawn(options, argv))
  return {
    directory,
    repository,
    root,
    executable: kith,
    environment,
    cache,
    run: (...argv) => runWith({}, ...argv),
    runWith,
    start: (...argv) => spawn({}, argv),
    startWith: (options, ...argv) => spawn(options, argv),
    recipe: (name, files = {}) => writeRecipe(join(repository, name), files),
    cached: (below = 'bin') => listTree(join(cache, below)).filter((path) => !/\.tar\.\w+\.\w+$/.test(path)),
    leftovers: () => [...processesOf(directory), ...mountsBelow(directory), ...draftsIn(cache)],
    [Symbol.dispose]: () => {
      for (const mount of mountsBelow(directory)) Bun.spawnSync(['umount', '-l', mount])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Waits for kith to end. */
export async function finish(child: Child): Promise<Run> {
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { status, stdout, stderr }
}

/** Where a machine is emulated, everything takes many times as long (test/kernels). */
const patienceMs = 10_000 * Number(process.env.KITH_TEST_SLOWNESS ?? 1)

/** Waits until `claim` holds; throws after ten seconds. */
export async function waitUntil(claim: () => boolean): Promise<void> {
  const started = performance.now()
  while (!claim()) {
    if (performance.now() - started > patienceMs) throw new Error(`not so after ${patienceMs / 1000} seconds: ${claim}`)
    await Bun.sleep(10)
  }
}

/** Runs a program of the host and gives its output; throws where it fails. */
export function sh(script: string, cwd: string): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['sh', '-ec', script], { cwd })
  if (exitCode !== 0) throw new Error(`${script} failed: ${stderr}`)
  return stdout.toString()
}

/** Every path below `directory`, relative to it, sorted. */
export function listTree(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
  } catch {
    return []
  }
}

function writeRecipe(directory: string, files: Readonly<Record<string, string | Uint8Array | undefined>>): string {
  const all = { build: '#!/bin/sh -e\n', version: '1.0 1\n', ...files }
  for (const [name, content] of Object.entries(all)) {
    if (content === undefined) continue
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    if (name === 'build') chmodSync(path, 0o755)
  }
  return directory
}

/** Processes that have the scratch directory in their environment, their arguments, or their mounts: all that kith starts there. */
function processesOf(directory: string): string[] {
  // Its name is random, and mountinfo begins at the file system that it is on.
  const name = `/${basename(directory)}/`
  const ownMounts = readlinkSync('/proc/self/ns/mnt')
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        const read = (file: string): string => readFileSync(`/proc/${id}/${file}`, 'latin1')
        const hasOwnMounts = readlinkSync(`/proc/${id}/ns/mnt`) !== ownMounts
        const places = ['environ', 'cmdline', ...(hasOwnMounts ? ['mountinfo'] : [])]
        const isOurs = places.some((file) => read(file).includes(name))
        return isOurs ? [`process ${id} ${read('cmdline').replaceAll('\0', ' ')}`] : []
      } catch {
        return []
      }
    })
}

function mountsBelow(directory: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return lines.map((line) => line.split(' ')[4] ?? '').filter((target) => target.startsWith(`${directory}/`))
}

function draftsIn(cache: string): string[] {
  // Their names alone: layers and link farms hold links that a recursive listing would follow.
  const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : [])
  const drafts = namesIn(join(cache, 'kith', 'layers')).filter((name) => name.startsWith('.'))
  const farms = namesIn(join(cache, 'kith', 'farms')).filter((name) => name !== 'stock')
  const parts = listTree(join(cache, 'bin')).filter((path) => path.includes('.part'))
  return [...listTree(join(cache, 'proc')), ...drafts, ...farms, ...parts]
}

import { chmodSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BuildSettings } from '../../src/build/build-settings.ts'
import { layersDirectoryOf } from '../../src/build/layers-directory.ts'
import { planScriptSandbox } from '../../src/build/script-sandbox.ts'
import { makeWorkDirectory, type WorkDirectory } from '../../src/build/work-directory.ts'
import { fetchDefaults } from '../../src/fetch/fetch-settings.ts'
import type { BuildLimits } from '../../src/model/build-limits.ts'
import type { Recipe } from '../../src/model/recipe.ts'
import { defaultSchedule } from '../../src/model/schedule-limits.ts'
import { readRecipe } from '../../src/recipe/read-recipe.ts'
import type { SandboxHost } from '../../src/sandbox/host.ts'
import { openSysroot } from '../../src/sandbox/open-sysroot.ts'
import { type Protection, protections } from '../../src/sandbox/protections.ts'
import { runSandbox, type SandboxRequest, type SandboxResult } from '../../src/sandbox/run-sandbox.ts'
import { claimDirectory } from '../../src/system/claimed-directory.ts'
import { removeTree } from '../../src/system/files.ts'
import { openTokenPipe } from '../../src/system/token-pipe.ts'
import type { Setting, Stopper } from './attempt.ts'

/** What runs share: the program that attacks, and what the host has. */
export interface Equipment {
  /** Static, so that it runs in a sysroot without anything else. */
  readonly attack: string
  /** A shared library that shows when it is loaded. */
  readonly library: string
  /** The layer with /etc for the host's tools. */
  readonly hostEtc: string
  readonly host: SandboxHost
  /** Below it every bench has a directory of its own. */
  readonly scratch: string
}

/** A host of canaries and a build to attack it from: new for each run, in a scratch directory. */
export interface Bench extends Disposable {
  readonly setting: Setting
  readonly equipment: Equipment
  /** Nothing of it is in a sandbox, unless a sandbox is asked for it. */
  readonly directory: string
  /** The two layers of the sysroot: both have /usr/share/canary, the first alone has /opt. */
  readonly layers: { readonly top: string; readonly bottom: string }
  readonly recipe: Recipe
  readonly work: WorkDirectory
  readonly settings: BuildSettings
  readonly host: SandboxHost
  /** Makes a file (and the directories above it) of the host that nobody may change. */
  readonly canary: (path: string, text?: string) => Canary
  /** Runs the attack program with `words` as a recipe's build script. */
  readonly attack: (words: readonly string[], options?: AttackOptions) => Promise<Report>
  /** Runs it on the host itself; gives what it printed. */
  readonly outside: (...words: readonly string[]) => string
}

export interface Canary {
  readonly path: string
  /** Whether it, or a name in its directory, is not what it was. */
  readonly hasChanged: () => boolean
}

export interface AttackOptions {
  readonly dropped: ReadonlySet<Stopper>
  readonly settings?: Partial<BuildSettings>
  readonly limits?: Partial<BuildLimits>
  readonly change?: (request: SandboxRequest) => SandboxRequest
  readonly hasInput?: boolean
  readonly hasCgroups?: boolean
  readonly workDirectory?: string
  /** Gets the output so far, each time that there is more. */
  readonly heard?: (text: string) => void
}

export interface Report {
  readonly text: string
  readonly result: SandboxResult
}

/** How the attack program itself says that it went. Throws an Error where it came to no end. */
export function hasEscaped({ text, result }: Report): boolean {
  // A terminal may show what is typed after the last word.
  const last = text.split(/\r?\n/).findLast((line) => /^(ESCAPED$|STOPPED )/.test(line))
  if (last !== undefined) return last === 'ESCAPED'
  throw new Error(`the attack did not report: ${JSON.stringify({ text: text.slice(-500), ...result })}`)
}

export const noLimits: BuildLimits = {
  time: 15_000,
  silence: undefined,
  memory: undefined,
  processes: undefined,
  cpus: undefined,
  free: undefined,
}

export function openBench(setting: Setting, equipment: Equipment): Bench {
  const name = `bench-${counter++}`
  const directory = join(equipment.scratch, name)
  const layers = { top: join(directory, 'layers/top'), bottom: join(directory, 'layers/bottom') }
  for (const path of [join(layers.top, 'usr/share/canary'), join(layers.top, 'opt/canary')])
    mkdirSync(path, { recursive: true })
  mkdirSync(join(layers.bottom, 'usr/share/canary'), { recursive: true })
  writeFileSync(join(layers.bottom, 'usr/share/canary/lower'), 'unchanged')
  mkdirSync(join(directory, 'etc-layer/etc'), { recursive: true })
  const claimed = claimDirectory(join(directory, 'proc/1'))
  const work = makeWorkDirectory(claimed.path, 'probe')
  linkSync(equipment.attack, join(work.recipe, 'build'))
  writeFileSync(join(work.recipe, 'version'), '1.0 1\n')
  const pipe = openTokenPipe(join(work.sandbox, 'jobserver'))
  const { recipe } = readRecipe(work.recipe, 'probe')
  if (recipe === undefined) throw new Error('the recipe cannot be read')
  const host = { ...equipment.host, sysroot: setting.strategy }
  const settings = buildSettings(directory, claimed.path)
  const outside = (...words: readonly string[]): string => {
    const { exitCode, stdout, stderr } = Bun.spawnSync([equipment.attack, ...words])
    if (exitCode !== 0) throw new Error(`attack ${words.join(' ')} failed on the host: ${stdout}${stderr}`)
    return stdout.toString().trim()
  }
  const canary = (path: string, text = 'unchanged'): Canary => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    const look = (): string =>
      readdirSync(dirname(path))
        .sort()
        .map((other) => `${other} ${outside('state', join(dirname(path), other))}`)
        .join('\n')
    const before = look()
    return { path, hasChanged: () => look() !== before }
  }
  const bench = { setting, equipment, directory, layers, recipe, work, settings, host, canary, outside }
  return {
    ...bench,
    attack: async (words, options = { dropped: new Set() }) => await runAttack(bench, words, options),
    [Symbol.dispose]: () => {
      pipe[Symbol.dispose]()
      claimed[Symbol.dispose]()
      removeTree(directory)
    },
  }
}
let counter = 0

function buildSettings(directory: string, workDirectory: string): BuildSettings {
  const cacheDirectory = join(directory, 'cache/kiss')
  mkdirSync(layersDirectoryOf(cacheDirectory), { recursive: true })
  chmodSync(layersDirectoryOf(cacheDirectory), 0o700)
  return {
    cacheDirectory,
    workDirectory,
    compression: 'gz',
    isStripping: true,
    keepsLogs: false,
    keepsWork: false,
    environment: {},
    passedVariables: [],
    limits: noLimits,
    sandboxFiles: [],
    sysroot: 'auto',
    hasNetwork: () => false,
    usesHostTools: false,
    fetch: { ...fetchDefaults, cacheDirectory, mirrors: [], environment: {} },
    schedule: defaultSchedule,
    keepsGoing: false,
    now: new Date(),
  }
}

/** The sandbox that a recipe's build script gets, with the attack program as the script. */
async function runAttack(
  bench: Pick<Bench, 'recipe' | 'work' | 'settings' | 'host' | 'directory' | 'layers' | 'setting'>,
  words: readonly string[],
  options: AttackOptions,
): Promise<Report> {
  const { recipe, work, layers } = bench
  const settings = { ...bench.settings, ...options.settings }
  const host = options.hasCgroups === true ? bench.host : { ...bench.host, cgroups: [] }
  const sysroot = {
    layers: [layers.top, layers.bottom],
    hasHostTools: false,
    packages: [],
    libraries: [],
    aliases: [],
  }
  const surroundings = { work, host, hostEtc: join(bench.directory, 'etc-layer') }
  // As a build has it: the pipe in its place, and inherited open.
  const jobs = { environment: {}, pipe: join(work.sandbox, 'jobserver'), descriptors: [60, 61] } as const
  const planned = planScriptSandbox({ recipe, sysroot, epoch: 0, jobs }, settings, surroundings)
  const without = [...options.dropped].filter(isProtection)
  const [program = ''] = planned.command.argv
  const asked: SandboxRequest = {
    ...planned,
    ...(without.length > 0 ? { without } : {}),
    command: { ...planned.command, argv: [program, ...words] },
  }
  const request = options.change?.(asked) ?? asked
  const layersDirectory = layersDirectoryOf(settings.cacheDirectory)
  using opened = openSysroot(request.mounts, { strategy: host.sysroot, layersDirectory })
  const decoder = new TextDecoder()
  let text = ''
  const result = await runSandbox(
    { ...request, mounts: opened.mounts },
    {
      workDirectory: options.workDirectory ?? work.sandbox,
      host,
      limits: { ...noLimits, ...options.limits },
      hasInput: options.hasInput ?? false,
      output: (bytes) => {
        text += decoder.decode(bytes, { stream: true })
        options.heard?.(text)
      },
    },
    { signal: new AbortController().signal },
  )
  if (result.exceeded === 'time' && options.limits?.time === undefined)
    throw new Error(`the attack did not end: ${text.slice(-500)}`)
  return { text, result }
}

function isProtection(stopper: Stopper): stopper is Protection {
  return (protections as readonly string[]).includes(stopper)
}

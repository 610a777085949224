import { dlopen } from 'bun:ffi'
import { copyFileSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { BuildSettings } from '../src/build/build-settings.ts'
import { planScriptSandbox } from '../src/build/script-sandbox.ts'
import { makeWorkDirectory, type WorkDirectory } from '../src/build/work-directory.ts'
import { buildSettings } from '../src/cli/build-context.ts'
import { readConfig } from '../src/config/config.ts'
import type { Recipe } from '../src/model/recipe.ts'
import type { SysrootStrategy } from '../src/model/sysroot-setting.ts'
import { readRecipe } from '../src/recipe/read-recipe.ts'
import { requireSandbox, type SandboxHost } from '../src/sandbox/host.ts'
import { ensureHostEtc } from '../src/sandbox/host-etc.ts'
import { openSysroot } from '../src/sandbox/open-sysroot.ts'
import { runSandbox, type SandboxRequest } from '../src/sandbox/run-sandbox.ts'

/** A build that is about to start its script, with the settings of somebody who has set nothing. */
export interface Stage {
  readonly work: WorkDirectory
  readonly recipe: Recipe
  readonly settings: BuildSettings
  readonly host: SandboxHost
  readonly hostEtc: string
  readonly layersDirectory: string
}

/** Layers from top to bottom, and whether the host's tools lie below them. */
export interface Layers {
  readonly layers: readonly string[]
  readonly hasHostTools: boolean
}

/** Makes what a build of `recipeDirectory` has when its sources are unpacked, in `directory`. */
export async function makeStage(directory: string, recipeDirectory: string, layersDirectory: string): Promise<Stage> {
  const name = basename(recipeDirectory)
  const { recipe } = readRecipe(recipeDirectory, name)
  if (recipe === undefined) throw new Error(`the recipe ${name} cannot be read`)
  const environment = { XDG_CACHE_HOME: join(directory, 'cache') }
  const config = readConfig(environment, process.getuid?.() ?? 0, process.pid)
  const settings = buildSettings({ config, environment, options: new Set(), values: new Map() }, [])
  mkdirSync(directory, { recursive: true })
  const work = makeWorkDirectory(join(directory, 'work'), name)
  copyFileSync(join(recipeDirectory, 'build'), join(work.recipe, 'build'))
  const [host, hostEtc] = [await requireSandbox(), await ensureHostEtc(layersDirectory)]
  return { work, recipe, settings, layersDirectory, host, hostEtc }
}

/** The very request that a build makes. */
export function planStage({ work, recipe, settings, host, hostEtc }: Stage, layers: Layers): SandboxRequest {
  const sysroot = { ...layers, packages: [], libraries: [], aliases: [] }
  return planScriptSandbox({ recipe, sysroot, epoch: 315_532_800, jobs: { environment: {} } }, settings, {
    work,
    host,
    hostEtc,
  })
}

/** Plans, makes and runs the sandbox as a build does; gives what the script printed. */
export async function runStage(stage: Stage, layers: Layers, strategy: SysrootStrategy): Promise<string> {
  const planned = planStage(stage, layers)
  using sysroot = openSysroot(planned.mounts, { strategy, layersDirectory: stage.layersDirectory })
  return await runRequest({ ...planned, mounts: sysroot.mounts }, stage)
}

/** The same for a request that is made already. */
export async function runRequest(request: SandboxRequest, { work, host, settings }: Stage): Promise<string> {
  let printed = ''
  const output = (bytes: Uint8Array): void => {
    printed += Buffer.from(bytes).toString()
  }
  const options = { workDirectory: work.sandbox, host, limits: settings.limits, output }
  const { status } = await runSandbox(request, options, { signal: new AbortController().signal })
  if (status !== 0) throw new Error(`the script ended with status ${status}: ${printed.slice(-2000)}`)
  return printed
}

const libc = dlopen(`libc.so.6`, { clock_gettime: { args: ['i32', 'ptr'], returns: 'i32' } })
const time = new BigInt64Array(2)

/** CLOCK_MONOTONIC in milliseconds, which all processes have in common: Bun's own clocks begin with the process. */
export function monotonicMs(): number {
  libc.symbols.clock_gettime(1, time)
  return Number(time[0]) * 1e3 + Number(time[1]) / 1e6
}

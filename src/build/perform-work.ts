import type { Context } from '../events/context.ts'
import { verifySources } from '../fetch/verify-sources.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe } from '../model/recipe.ts'
import type { SandboxHost } from '../sandbox/host.ts'
import { basePackage } from './base-packages.ts'
import type { BuildKeys } from './build-keys.ts'
import type { BuildSettings } from './build-settings.ts'
import { buildWithHints } from './build-with-hints.ts'
import { fetchRecipes } from './fetch-recipes.ts'
import type { BuildTokens } from './jobserver.ts'
import { takeKept } from './kept-artifacts.ts'
import { layersDirectoryOf } from './layers-directory.ts'
import { lockPackage } from './lock-package.ts'
import type { PackageWorld } from './missing-dependencies.ts'
import type { PackageWork } from './plan-work.ts'
import { rememberDuration } from './remember-durations.ts'
import type { BuildPlan } from './run-build-plan.ts'
import { collectSysroot } from './sysroot-packages.ts'

export interface Progress {
  readonly plan: BuildPlan
  readonly supply: Omit<PackageWorld, 'artifactOf'> & { readonly keys: BuildKeys }
  readonly host: SandboxHost
  /** Tarballs by package; grows with every build. */
  readonly built: Map<PackageName, string>
  readonly tokensOf: (item: PackageWork) => BuildTokens
  /** How many programs a build may run now whose tools take no tokens. */
  readonly share: () => number
}

/** Gives what does one piece of a plan's work, and remembers how long it took. */
export function createPerformer(
  { plan, supply, host, built, tokensOf, share }: Progress,
  settings: BuildSettings,
  context: Context,
): (item: PackageWork) => Promise<void> {
  const { cacheDirectory } = settings
  const total = plan.steps.length
  const steps = new Map(plan.steps.map((step) => [step.recipe.name, step]))
  const { keys } = supply
  const world: PackageWorld = { ...supply, artifactOf: (name) => built.get(name) ?? plan.cached.get(name) }
  const emit: Context['emit'] = (event) => {
    if (event.kind === 'build-finished')
      for (const { phase, durationMs } of event.phases)
        rememberDuration(cacheDirectory, event.package, phase, durationMs)
    context.emit(event)
  }
  let started = 0
  let hasToldTools = false
  /** What was made of the same before is taken: then nothing that needs it is built again because of it. */
  const take = async ({ name }: Recipe): Promise<boolean> => {
    const step = steps.get(name)
    const made = step === undefined || step.isAsked ? undefined : await keys.findMade(step.recipe)
    if (made === undefined) return false
    settle(name, takeKept(made, cacheDirectory))
    emit({ kind: 'build-skipped', package: name, artifact: made.record.file })
    return true
  }
  const settle = (name: PackageName, file: string): void => {
    built.set(name, file)
    keys.settle(name, file)
  }
  const build = async (recipe: Recipe, tokens: BuildTokens): Promise<void> => {
    using _lock = await lockPackage(recipe.name, cacheDirectory, context)
    if (await take(recipe)) return
    const step = steps.get(recipe.name)
    if (step?.isUncertain && !context.hooks.isActive) await getSources(recipe)
    const index = ++started
    await context.hooks.run('queue-status', [recipe.name, String(index), String(total)])
    const sysroot = await collectSysroot(recipe.dependencies, world, layersDirectoryOf(cacheDirectory), settings)
    if (sysroot.hasHostTools && !hasToldTools) tellHostTools(context)
    hasToldTools = true
    const reason = step?.reason ?? 'implicit'
    const describe = (directory: string) => keys.describe(recipe, directory)
    const request = { recipe, sysroot, host, index, total, reason, tokens, describe, share: share() }
    settle(recipe.name, await buildWithHints(request, world, settings, { ...context, emit }))
  }
  const getSources = async (recipe: Recipe): Promise<void> => {
    const before = performance.now()
    await fetchRecipes([recipe], settings.fetch, context)
    rememberDuration(cacheDirectory, recipe.name, 'fetch', performance.now() - before)
    await verifySources(recipe, settings.fetch, context)
  }
  return async (item) => {
    const { kind, recipe } = item
    if (kind === 'build') {
      using tokens = tokensOf(item)
      return await build(recipe, tokens)
    }
    await getSources(recipe)
  }
}

function tellHostTools({ emit }: Pick<Context, 'emit'>): void {
  const text = `no complete "${basePackage}" is installed or built: builds use the host's own tools below the declared dependencies`
  emit({ kind: 'notice', level: 'info', text })
}

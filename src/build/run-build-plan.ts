import type { Context } from '../events/context.ts'
import { verifySources } from '../fetch/verify-sources.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe } from '../model/recipe.ts'
import { kernelWarnings, probeKernel } from '../sandbox/kernel.ts'
import { requireSandbox } from '../sandbox/run-sandbox.ts'
import { claimDirectory, removeAbandonedIn } from '../system/claimed-directory.ts'
import { basePackage } from './base-packages.ts'
import { buildRecipe, layersDirectoryOf } from './build-recipe.ts'
import type { BuildSettings } from './build-settings.ts'
import { fetchRecipes } from './fetch-recipes.ts'
import { collectSysroot, type PackageSupply } from './sysroot-packages.ts'

/** What is to be done, in order. */
export interface BuildPlan {
  readonly steps: readonly { readonly recipe: Recipe; readonly reason: 'explicit' | 'implicit' }[]
  /** Packages of the plan that are built already, with their tarballs. */
  readonly cached: ReadonlyMap<PackageName, string>
}

/**
 * Fetches and verifies the sources of the whole plan, then builds one recipe after the other, each with the ones before it
 * at hand as layers; no root is changed. Gives the tarballs of all steps. The first failure ends it. Where no sandbox can be
 * made, nothing is fetched either.
 */
export async function runBuildPlan(
  plan: BuildPlan,
  supply: Omit<PackageSupply, 'artifactOf'>,
  settings: BuildSettings,
  context: Context,
): Promise<ReadonlyMap<PackageName, string>> {
  if (plan.steps.length === 0) return new Map()
  await requireSandbox()
  // Directories made from here on end up in layers and artifacts, which must not differ by who builds.
  process.umask(0o022)
  const kernel = probeKernel()
  for (const text of kernelWarnings(kernel)) context.emit({ kind: 'notice', level: 'warning', text })
  const recipes = plan.steps.map(({ recipe }) => recipe)
  await fetchRecipes(recipes, settings.fetch, context)
  for (const recipe of recipes) await verifySources(recipe, settings.fetch, context)
  const built = new Map<PackageName, string>()
  const artifactOf = (name: PackageName): string | undefined => built.get(name) ?? plan.cached.get(name)
  const layersDirectory = layersDirectoryOf(settings.cacheDirectory)
  removeAbandonedIn(layersDirectory)
  // Held until the process ends, or the session removes it.
  claimDirectory(settings.workDirectory)
  for (const [position, { recipe, reason }] of plan.steps.entries()) {
    const index = position + 1
    const total = plan.steps.length
    await context.hooks.run('queue-status', [recipe.name, String(index), String(total)])
    const sysroot = await collectSysroot(recipe.dependencies, { ...supply, artifactOf }, layersDirectory)
    if (index === 1 && sysroot.hasHostTools) tellHostTools(context)
    const request = { recipe, sysroot, kernel, index, total, reason }
    built.set(recipe.name, await buildRecipe(request, settings, context))
  }
  return built
}

function tellHostTools({ emit }: Pick<Context, 'emit'>): void {
  const text = `no complete "${basePackage}" is installed or built: builds use the host's own tools below the declared dependencies`
  emit({ kind: 'notice', level: 'info', text })
}

import { join } from 'node:path'
import type { Context } from '../events/context.ts'
import { verifySources } from '../fetch/verify-sources.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe } from '../model/recipe.ts'
import { hostWarnings, requireSandbox } from '../sandbox/host.ts'
import { requireSandboxFiles } from '../sandbox/sandbox-files.ts'
import { claimDirectory } from '../system/claimed-directory.ts'
import { basePackage } from './base-packages.ts'
import type { BuildSettings } from './build-settings.ts'
import { buildWithHints } from './build-with-hints.ts'
import { fetchRecipes } from './fetch-recipes.ts'
import { layersDirectoryOf } from './layers-directory.ts'
import type { PackageWorld } from './missing-dependencies.ts'
import { collectSysroot } from './sysroot-packages.ts'

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
  supply: Omit<PackageWorld, 'artifactOf'>,
  settings: BuildSettings,
  context: Context,
): Promise<ReadonlyMap<PackageName, string>> {
  if (plan.steps.length === 0) return new Map()
  const host = await requireSandbox(settings.sysroot)
  requireSandboxFiles(settings.sandboxFiles, [settings.cacheDirectory, join(supply.root, '/var/db/kiss')])
  // Directories made from here on end up in layers and artifacts, which must not differ by who builds.
  process.umask(0o022)
  for (const text of hostWarnings(host)) context.emit({ kind: 'notice', level: 'warning', text })
  const recipes = plan.steps.map(({ recipe }) => recipe)
  await fetchRecipes(recipes, settings.fetch, context)
  for (const recipe of recipes) await verifySources(recipe, settings.fetch, context)
  const built = new Map<PackageName, string>()
  const artifactOf = (name: PackageName): string | undefined => built.get(name) ?? plan.cached.get(name)
  const layersDirectory = layersDirectoryOf(settings.cacheDirectory)
  // Held until the process ends, or the session removes it.
  claimDirectory(settings.workDirectory)
  for (const [position, { recipe, reason }] of plan.steps.entries()) {
    const index = position + 1
    const total = plan.steps.length
    await context.hooks.run('queue-status', [recipe.name, String(index), String(total)])
    const sysroot = await collectSysroot(recipe.dependencies, { ...supply, artifactOf }, layersDirectory, settings)
    if (index === 1 && sysroot.hasHostTools) tellHostTools(context)
    const request = { recipe, sysroot, host, index, total, reason }
    built.set(recipe.name, await buildWithHints(request, { ...supply, artifactOf }, settings, context))
  }
  return built
}

function tellHostTools({ emit }: Pick<Context, 'emit'>): void {
  const text = `no complete "${basePackage}" is installed or built: builds use the host's own tools below the declared dependencies`
  emit({ kind: 'notice', level: 'info', text })
}

import { overrideSettings } from '../build/apply-override.ts'
import type { BuildSettings } from '../build/build-settings.ts'
import { layersDirectoryOf } from '../build/layers-directory.ts'
import { collectSysroot, type SysrootPackages } from '../build/sysroot-packages.ts'
import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe } from '../model/recipe.ts'
import { loadRecipes } from '../recipe/load-recipes.ts'
import { requireRecipe } from '../recipe/require-recipe.ts'
import { requireSandbox, type SandboxHost } from '../sandbox/host.ts'
import { loadInstalled } from '../store/installed-database.ts'
import { claimDirectory } from '../system/claimed-directory.ts'
import { buildSettings, supplyPackages } from './build-context.ts'
import type { Invocation } from './command.ts'
import { requireReading } from './load-recipes.ts'
import { makePlan, takeAll } from './make-plan.ts'
import { openWorkspace } from './workspace.ts'

/** What the build of one recipe would run in. */
export interface PreparedSandbox {
  readonly recipe: Recipe
  readonly sysroot: SysrootPackages
  readonly host: SandboxHost
  readonly settings: BuildSettings
  /** Packages that it needs and that are neither installed nor built. */
  readonly missing: readonly PackageName[]
}

/** Puts together, of what is installed and built, what the one named recipe would be built with. Throws `invalid-argument`. */
export async function prepareSandbox(invocation: Invocation): Promise<PreparedSandbox> {
  const { arguments: words, config } = invocation
  const workspace = openWorkspace(words, config, process.cwd())
  const [name, second] = workspace.names
  if (name === undefined || second !== undefined)
    throw new KithError('invalid-argument', { argument: words[1] ?? '', expected: 'the name of one package' })
  const installed = loadInstalled(config.root)
  const planned = await makePlan(workspace, installed, { config, openKeys: () => takeAll(config), mayUseCache: true })
  const recipe = requireRecipe(
    requireReading(name, loadRecipes([name], workspace.repositories, config), workspace.repositories),
  )
  const settings = overrideSettings(recipe.override, buildSettings(invocation, workspace.names))
  const host = await requireSandbox(settings.sysroot)
  process.umask(0o022)
  claimDirectory(settings.workDirectory)
  const supply = { ...supplyPackages(installed, invocation), artifactOf: (one: PackageName) => planned.cached.get(one) }
  const layersDirectory = layersDirectoryOf(settings.cacheDirectory)
  const sysroot = await collectSysroot(recipe.dependencies, supply, layersDirectory, settings)
  const missing = planned.steps.map((step) => step.name).filter((one) => one !== name)
  return { recipe, sysroot, host, settings, missing }
}

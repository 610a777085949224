import { findArtifact } from '../../build/artifact-cache.ts'
import { type BuildPlan, runBuildPlan } from '../../build/run-build-plan.ts'
import type { PackageName } from '../../model/package-name.ts'
import type { RecipeReading } from '../../model/recipe.ts'
import { planBuildOrder } from '../../plan/build-order.ts'
import { loadRecipes } from '../../recipe/load-recipes.ts'
import { requireRecipe } from '../../recipe/require-recipe.ts'
import { type InstalledPackage, loadInstalled } from '../../store/installed-database.ts'
import { askToContinue } from '../ask.ts'
import { buildSettings, supplyInstalled } from '../build-context.ts'
import type { Command, Invocation } from '../command.ts'
import { installArtifacts } from '../install-artifacts.ts'
import { requireReading } from '../load-recipes.ts'
import { openWorkspace, type Workspace } from '../workspace.ts'

/** Builds the named packages and what they need; with a prompt allowed, offers to install what was named. */
export const build: Command = async (invocation) => {
  const { arguments: words, options, config, context, isJson, print } = invocation
  const workspace = openWorkspace(words, config, process.cwd())
  const installed = loadInstalled(config.root)
  const { plan, explicit } = makePlan(workspace, installed, invocation)
  if (options.has('--names')) for (const { recipe } of plan.steps) print(recipe.name)
  if (!options.has('--names') || isJson) tellPlan(plan, explicit, context)
  if (options.has('--dry-run') || options.has('--names')) return 0
  if (plan.steps.length > explicit.length) await askToContinue(invocation, `Building ${plan.steps.length} packages`)
  const supply = { installed: supplyInstalled(installed), root: config.root }
  const built = await runBuildPlan(plan, supply, buildSettings(invocation), context)
  if (!config.isInstallingBuilt) return 0
  await askToContinue(invocation, `Install built packages? [${explicit.join(' ')}]`)
  const artifacts = explicit.flatMap((name) => built.get(name) ?? [])
  return await installArtifacts(artifacts, invocation)
}

/** Every finding that stands against the plan is thrown here, before anything is asked or fetched. */
export function makePlan(
  { names, repositories }: Workspace,
  installed: ReadonlyMap<PackageName, InstalledPackage>,
  { config }: Pick<Invocation, 'config'>,
): { plan: BuildPlan; explicit: readonly PackageName[] } {
  const readings = loadRecipes(names, repositories)
  for (const name of names) requireReading(name, readings, repositories)
  const { order, explicit, alwaysRebuild } = planBuildOrder(names, {
    dependenciesOf: (name) => readings.get(name)?.dependencies.map((dependency) => dependency.name),
    installed: new Set(installed.keys()),
    isForced: config.isForced,
  })
  const isExplicit = new Set(explicit)
  const cached = new Map<PackageName, string>()
  const steps: BuildPlan['steps'][number][] = []
  for (const name of order) {
    const reading = requireReading(name, readings, repositories)
    const artifact = alwaysRebuild.has(name) ? undefined : cachedArtifact(reading, config)
    if (artifact !== undefined) cached.set(name, artifact)
    else steps.push({ recipe: requireRecipe(reading), reason: isExplicit.has(name) ? 'explicit' : 'implicit' })
  }
  return { plan: { steps, cached }, explicit }
}

function cachedArtifact({ recipe }: RecipeReading, config: Invocation['config']): string | undefined {
  return recipe && findArtifact(config.cacheDirectory, recipe.name, recipe.version, config.compression)
}

function tellPlan(plan: BuildPlan, explicit: readonly PackageName[], context: Invocation['context']): void {
  const steps = plan.steps.map(({ recipe, reason }) => ({ package: recipe.name, reason }))
  const implicit = steps.filter(({ reason }) => reason === 'implicit').map((step) => step.package)
  context.emit({ kind: 'plan-made', explicit, implicit, steps, cached: [...plan.cached.keys()] })
}

import { findArtifact } from '../build/artifact-cache.ts'
import type { BuildPlan } from '../build/run-build-plan.ts'
import type { Config } from '../config/config.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { planBuildOrder } from '../plan/build-order.ts'
import { loadRecipes } from '../recipe/load-recipes.ts'
import { requireRecipe } from '../recipe/require-recipe.ts'
import type { InstalledPackage } from '../store/installed-database.ts'
import { requireReading } from './load-recipes.ts'
import type { Workspace } from './workspace.ts'

export interface PlanOptions {
  readonly config: Config
  /** Whether what was named may come from the cache too. */
  readonly mayUseCache: boolean
}

export interface PlannedBuild {
  readonly plan: BuildPlan
  /** Named, and needed by nothing else that was named. */
  readonly explicit: readonly PackageName[]
  /** All steps and all that comes from the cache, dependencies first. */
  readonly order: readonly PackageName[]
}

/** Every finding that stands against the plan is thrown here, before anything is asked or fetched. */
export function makePlan(
  { names, repositories }: Workspace,
  installed: ReadonlyMap<PackageName, InstalledPackage>,
  { config, mayUseCache }: PlanOptions,
): PlannedBuild {
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
    const { version } = reading
    const mayCome = version !== undefined && (mayUseCache || !alwaysRebuild.has(name))
    const artifact = mayCome ? findArtifact(config.cacheDirectory, name, version, config.compression) : undefined
    if (artifact !== undefined) cached.set(name, artifact)
    else steps.push({ recipe: requireRecipe(reading), reason: isExplicit.has(name) ? 'explicit' : 'implicit' })
  }
  return { plan: { steps, cached }, explicit, order }
}

/** What will be done, as an event. */
export function tellPlan(plan: BuildPlan, explicit: readonly PackageName[], { emit }: Pick<Context, 'emit'>): void {
  const steps = plan.steps.map(({ recipe, reason }) => ({ package: recipe.name, reason }))
  const implicit = steps.filter(({ reason }) => reason === 'implicit').map((step) => step.package)
  emit({ kind: 'plan-made', explicit, implicit, steps, cached: [...plan.cached.keys()] })
}

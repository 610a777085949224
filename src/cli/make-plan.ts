import { artifactDirectory, findArtifact } from '../build/artifact-cache.ts'
import type { BuildSettings } from '../build/build-settings.ts'
import type { BuildPlan } from '../build/run-build-plan.ts'
import type { Config } from '../config/config.ts'
import type { Context } from '../events/context.ts'
import { describeOverride } from '../model/override.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe, RecipeReading } from '../model/recipe.ts'
import { printSandboxFiles } from '../model/sandbox-file.ts'
import { planBuildOrder } from '../plan/build-order.ts'
import { loadRecipes } from '../recipe/load-recipes.ts'
import { requireRecipe } from '../recipe/require-recipe.ts'
import type { InstalledPackage } from '../store/installed-database.ts'
import { fileInfo, readDirectory } from '../system/files.ts'
import { namesOfDependencies } from './dependencies-in.ts'
import { requireReading } from './load-recipes.ts'
import { openProviders, type Providers, requireUnambiguous } from './providers.ts'
import type { Workspace } from './workspace.ts'

export interface PlannedStep {
  readonly name: PackageName
  readonly reading: RecipeReading
  readonly reason: 'explicit' | 'implicit' | 'rebuild'
}

export interface PlanOptions {
  readonly config: Config
  /** Whether what was named may come from the cache too. */
  readonly mayUseCache: boolean
  /** What was named comes from the cache where it was built since then, in milliseconds since 1970. */
  readonly builtSinceMs?: number | undefined
}

export interface PlannedBuild {
  /** What will be built, first to last; a recipe that cannot be used is only refused by requireBuildPlan. */
  readonly steps: readonly PlannedStep[]
  /** Packages of the plan that are built already, with their tarballs. */
  readonly cached: ReadonlyMap<PackageName, string>
  /** Named, and needed by nothing else that was named. */
  readonly explicit: readonly PackageName[]
  /** All steps and all that comes from the cache, dependencies first. */
  readonly order: readonly PackageName[]
  readonly providers: Providers
}

/** Every finding that stands against the plan is thrown here, before anything is asked or fetched. */
export function makePlan(
  { names, repositories }: Workspace,
  installed: ReadonlyMap<PackageName, InstalledPackage>,
  { config, mayUseCache, builtSinceMs }: PlanOptions,
): PlannedBuild {
  const providers = openProviders({ config, installed, repositories, targets: names })
  const readings = loadRecipes(names, repositories, { ...providers, overrides: config.overrides })
  for (const name of names) requireReading(name, readings, repositories)
  if (!config.isForced) requireUnambiguous(providers, config)
  const { order, explicit, alwaysRebuild } = planBuildOrder(names, {
    dependenciesOf: namesOfDependencies(readings, providers.resolve),
    installed: new Set(installed.keys()),
    isForced: config.isForced,
  })
  const isExplicit = new Set(explicit)
  const inCache = packagesInCache(config.cacheDirectory)
  const cached = new Map<PackageName, string>()
  const steps: PlannedStep[] = []
  for (const name of order) {
    const reading = requireReading(name, readings, repositories)
    const version = inCache.has(name) ? reading.version : undefined
    const artifact = version && findArtifact(config.cacheDirectory, name, version, config.compression)
    const mayCome = (file: string): boolean =>
      mayUseCache || !alwaysRebuild.has(name) || (fileInfo(file)?.mtimeMs ?? 0) >= (builtSinceMs ?? Infinity)
    if (artifact !== undefined && mayCome(artifact)) cached.set(name, artifact)
    else steps.push({ name, reading, reason: isExplicit.has(name) ? 'explicit' : 'implicit' })
  }
  return { steps, cached, explicit, order, providers }
}

/** Names of packages that have any tarball in the cache. */
function packagesInCache(cacheDirectory: string): ReadonlySet<string> {
  const files = readDirectory(artifactDirectory(cacheDirectory)) ?? []
  return new Set(files.map((file) => file.slice(0, Math.max(0, file.lastIndexOf('@')))))
}

/** The plan with every recipe read. Throws `recipe-invalid` for the first that cannot be used. */
export function requireBuildPlan({ steps, cached, providers: { resolve } }: PlannedBuild): BuildPlan {
  return {
    steps: steps.map(({ reading, reason }) => ({ recipe: substitute(requireRecipe(reading), resolve), reason })),
    cached,
  }
}

/** The recipe with the packages that stand in for names which it depends on. */
function substitute(recipe: Recipe, resolve: (name: PackageName) => PackageName): Recipe {
  const { dependencies } = recipe
  if (dependencies.every(({ name }) => resolve(name) === name)) return recipe
  return { ...recipe, dependencies: dependencies.map(({ name, kind }) => ({ name: resolve(name), kind })) }
}

/** What will be done, as an event; and a warning for every recipe that stands against doing it. */
export function tellPlan(
  { steps, cached, explicit, providers }: PlannedBuild,
  { hasNetwork, sandboxFiles }: Pick<BuildSettings, 'hasNetwork' | 'sandboxFiles'>,
  { emit }: Pick<Context, 'emit'>,
): void {
  const told = steps.map(({ name, reason }) => ({ package: name, reason, hasNetwork: hasNetwork(name) }))
  const implicit = told.filter(({ reason }) => reason === 'implicit').map((step) => step.package)
  if (steps.length > 0 && sandboxFiles.length > 0)
    emit({ kind: 'notice', level: 'info', text: `builds see ${printSandboxFiles(sandboxFiles)}` })
  for (const [name, choice] of providers.choices())
    if (choice.kind === 'provider')
      emit({ kind: 'provider-chosen', name, package: choice.provider, because: choice.because })
  emit({ kind: 'plan-made', explicit, implicit, steps: told, cached: [...cached.keys()] })
  for (const { name, reading } of steps) {
    const override = reading.recipe?.override
    if (override !== undefined) {
      const text = `changed by ${override.directory}: ${describeOverride(override)}`
      emit({ kind: 'notice', level: 'info', package: name, text })
    }
    const text = `cannot be built as it is: kith lint ${name}`
    if (reading.recipe === undefined) emit({ kind: 'notice', level: 'warning', package: name, text })
  }
}

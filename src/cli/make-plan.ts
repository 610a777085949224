import { findArtifact } from '../build/artifact-cache.ts'
import type { BuildKeys } from '../build/build-keys.ts'
import type { BuildSettings } from '../build/build-settings.ts'
import type { Verdict } from '../build/judge-build.ts'
import { takeByKey } from '../build/kept-artifacts.ts'
import type { BuildPlan } from '../build/run-build-plan.ts'
import type { Config } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { printSubstituter } from '../fetch/substituters/substituter.ts'
import { describeOverride } from '../model/override.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe, RecipeReading } from '../model/recipe.ts'
import { printSandboxFiles } from '../model/sandbox-file.ts'
import { planBuildOrder } from '../plan/build-order.ts'
import { loadRecipes } from '../recipe/load-recipes.ts'
import { requireRecipe } from '../recipe/require-recipe.ts'
import type { InstalledPackage } from '../store/installed-database.ts'
import { namesOfDependencies } from './dependencies-in.ts'
import { requireReading } from './load-recipes.ts'
import { openProviders, type Providers, requireUnambiguous } from './providers.ts'
import type { Workspace } from './workspace.ts'

export interface PlannedStep {
  readonly name: PackageName
  readonly reading: RecipeReading
  readonly reason: 'explicit' | 'implicit' | 'rebuild'
  readonly isAsked: boolean
  readonly verdict: Verdict
}

export type Judge = Pick<BuildKeys, 'judge'>

export interface FetchedPackage {
  readonly name: PackageName
  readonly from: string
  readonly sizeBytes: number
}

export interface PlanOptions<Keys extends Judge> {
  readonly config: Config
  /** Gives what judges what must be built. */
  readonly openKeys: (providers: Providers) => Keys
  /** Whether what was named may come from the cache even if another tool built it. */
  readonly mayUseCache: boolean
  /** Build what was named whatever there is. */
  readonly rebuilds?: boolean
  /** But not what was built since then, in milliseconds since 1970. */
  readonly builtSinceMs?: number | undefined
}

export interface PlannedBuild<Keys extends Judge = Judge> {
  /** What will be built, first to last; a recipe that cannot be used is only refused by requireBuildPlan. */
  readonly steps: readonly PlannedStep[]
  /** Packages of the plan that are built already, with their tarballs. */
  readonly cached: ReadonlyMap<PackageName, string>
  /** Packages of the plan that a binary repository has. */
  readonly fetched: readonly FetchedPackage[]
  /** Named, and needed by nothing else that was named. */
  readonly explicit: readonly PackageName[]
  /** All steps and all that comes from the cache, dependencies first. */
  readonly order: readonly PackageName[]
  readonly verdicts: ReadonlyMap<PackageName, Verdict>
  readonly providers: Providers
  readonly keys: Keys
}

/** Every finding that stands against the plan is thrown here, before anything is asked or fetched. */
export async function makePlan<Keys extends Judge>(
  { names, repositories }: Workspace,
  installed: ReadonlyMap<PackageName, InstalledPackage>,
  { config, openKeys, mayUseCache, rebuilds = false, builtSinceMs = Number.POSITIVE_INFINITY }: PlanOptions<Keys>,
): Promise<PlannedBuild<Keys>> {
  const providers = openProviders({ config, installed, repositories, targets: names })
  const keys = openKeys(providers)
  const readings = loadRecipes(names, repositories, { ...providers, overrides: config.overrides })
  // Of several, all that are missing are told together with what their dependencies lack.
  const [only] = names
  if (only !== undefined && names.length === 1) requireReading(only, readings, repositories)
  if (!config.isForced) requireUnambiguous(providers, config)
  const planned = planBuildOrder(names, {
    dependenciesOf: namesOfDependencies(readings, providers.resolve),
    installed: new Set(installed.keys()),
    isForced: config.isForced,
  })
  const { explicit, alwaysRebuild } = planned
  const isExplicit = new Set(explicit)
  const verdicts = new Map<PackageName, Verdict>()
  for (const name of planned.order) {
    const reading = requireReading(name, readings, repositories)
    const takesOld = mayUseCache || !alwaysRebuild.has(name)
    const rebuildsBeforeMs = rebuilds && alwaysRebuild.has(name) ? builtSinceMs : undefined
    verdicts.set(name, await keys.judge(reading, { name, takesOld, rebuildsBeforeMs }))
  }
  const needed = findNeeded(names, { verdicts, readings, resolve: providers.resolve })
  const order = planned.order.filter((name) => needed.has(name))
  const cached = new Map<PackageName, string>()
  const fetched: FetchedPackage[] = []
  const steps: PlannedStep[] = []
  for (const name of order) {
    const verdict = verdicts.get(name) ?? { kind: 'build', causes: [] }
    const artifact = 'artifact' in verdict ? verdict.artifact : undefined
    const reason = isExplicit.has(name) ? 'explicit' : 'implicit'
    const reading = requireReading(name, readings, repositories)
    if (artifact !== undefined) cached.set(name, artifact)
    else if (verdict.kind === 'remote') fetched.push(describeFetched(name, verdict))
    else steps.push({ name, reading, reason, isAsked: isAsked(verdict), verdict })
  }
  return { steps, cached, fetched, explicit, order, verdicts, providers, keys }
}

function describeFetched(
  name: PackageName,
  { substitute: { entry, from } }: Extract<Verdict, { kind: 'remote' }>,
): FetchedPackage {
  return { name, from: printSubstituter(from), sizeBytes: entry.sizeBytes }
}

function isAsked(verdict: Verdict): boolean {
  return verdict.kind === 'build' && verdict.causes.some(({ kind }) => kind === 'asked')
}

/** Takes what there is of the right version as it is. */
export function takeAll({ cacheDirectory, compression }: Pick<Config, 'cacheDirectory' | 'compression'>): Judge {
  return {
    async judge({ version }, { name }) {
      const artifact = version && findArtifact(cacheDirectory, name, version, compression)
      return artifact === undefined ? { kind: 'build', causes: [] } : { kind: 'unkeyed', artifact }
    },
  }
}

interface Judged {
  readonly verdicts: ReadonlyMap<PackageName, Verdict>
  readonly readings: ReadonlyMap<PackageName, RecipeReading>
  readonly resolve: (name: PackageName) => PackageName
}

/**
 * The targets, what is needed to build those that are built, and what the others need to run: only to build needed by one
 * that is built already is not needed.
 */
function findNeeded(
  targets: readonly PackageName[],
  { verdicts, readings, resolve }: Judged,
): ReadonlySet<PackageName> {
  const needed = new Set(targets)
  for (const name of needed) {
    const verdict = verdicts.get(name)
    const isHere = verdict !== undefined && 'artifact' in verdict && verdict.artifact !== undefined
    const isBuilt = isHere || verdict?.kind === 'remote'
    const detected = verdict !== undefined && 'needs' in verdict ? verdict.needs : []
    const declared = readings.get(name)?.dependencies ?? []
    const wanted = declared.filter(({ kind }) => kind === 'run' || !isBuilt).map((dependency) => dependency.name)
    for (const one of [...wanted, ...detected].map(resolve)) if (verdicts.has(one)) needed.add(one)
  }
  return needed
}

/**
 * The plan with every recipe read, and what was kept by its key where kiss looks for it. Throws `recipe-invalid`, or of
 * several `recipes-invalid`; and `io-failed`.
 */
export function requireBuildPlan(
  { steps, cached, providers: { resolve } }: PlannedBuild,
  cacheDirectory: string,
): BuildPlan {
  requireUsable(steps)
  const required = steps.map(({ reading, reason, isAsked, verdict }) => {
    const isUncertain = verdict.kind === 'perhaps' && verdict.causes.every(({ kind }) => kind === 'dependency-built')
    return { recipe: substitute(requireRecipe(reading), resolve), reason, isAsked, isUncertain }
  })
  return {
    steps: required,
    cached: new Map([...cached].map(([name, artifact]) => [name, takeByKey(artifact, cacheDirectory)])),
  }
}

/** The recipe with the packages that stand in for names which it depends on. */
export function substitute(recipe: Recipe, resolve: (name: PackageName) => PackageName): Recipe {
  const { dependencies } = recipe
  if (dependencies.every(({ name }) => resolve(name) === name)) return recipe
  return { ...recipe, dependencies: dependencies.map(({ name, kind }) => ({ name: resolve(name), kind })) }
}

/** Throws `recipe-invalid`, or of several `recipes-invalid`. */
export function requireUsable(steps: readonly PlannedStep[]): void {
  const unusable = steps.filter(({ reading }) => reading.recipe === undefined)
  const [only] = unusable
  if (only !== undefined && unusable.length === 1) requireRecipe(only.reading)
  if (unusable.length < 2) return
  const recipes = unusable.map(({ name, reading }) => ({
    name,
    problems: reading.problems.filter(({ severity }) => severity === 'error'),
  }))
  throw new KithError('recipes-invalid', { recipes })
}

/** What will be done, as an event; and a warning for every recipe that stands against doing it. */
export function tellPlan(
  { steps, cached, fetched, explicit, providers }: PlannedBuild,
  { hasNetwork, sandboxFiles }: Pick<BuildSettings, 'hasNetwork' | 'sandboxFiles'>,
  { emit }: Pick<Context, 'emit'>,
): void {
  const told = steps.map(({ name, reason, verdict }) => {
    const causes = verdict.kind === 'perhaps' ? verdict.causes : []
    const waits = causes.flatMap((cause) => (cause.kind === 'dependency-built' ? [cause.dependency] : []))
    const unlessUnchanged = waits.length > 0 ? { unlessUnchanged: waits } : {}
    return { package: name, reason, hasNetwork: hasNetwork(name), ...unlessUnchanged }
  })
  const implicit = told.filter(({ reason }) => reason === 'implicit').map((step) => step.package)
  if (steps.length > 0 && sandboxFiles.length > 0)
    emit({ kind: 'notice', level: 'info', text: `builds see ${printSandboxFiles(sandboxFiles)}` })
  for (const [name, choice] of providers.choices())
    if (choice.kind === 'provider')
      emit({ kind: 'provider-chosen', name, package: choice.provider, because: choice.because })
  const remote = fetched.map(({ name, ...rest }) => ({ package: name, ...rest }))
  emit({ kind: 'plan-made', explicit, implicit, steps: told, cached: [...cached.keys()], fetched: remote })
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

/** With --explain: why each package of the plan is built or not. */
export function explainPlan({ order, verdicts }: PlannedBuild, { emit }: Pick<Context, 'emit'>): void {
  for (const name of order) {
    const verdict = verdicts.get(name)
    if (verdict === undefined) continue
    const isGone = verdict.kind === 'current' && verdict.artifact === undefined
    const causes = 'causes' in verdict ? verdict.causes : isGone ? [{ kind: 'gone' } as const] : []
    emit({ kind: 'build-explained', package: name, verdict: isGone ? 'build' : verdict.kind, causes })
  }
}

import { findArtifact } from '../build/artifact-cache.ts'
import type { BuildKeys, Verdict } from '../build/build-keys.ts'
import type { BuildSettings } from '../build/build-settings.ts'
import { takeByKey } from '../build/kept-artifacts.ts'
import type { BuildPlan } from '../build/run-build-plan.ts'
import type { Config } from '../config/config.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import type { RecipeReading } from '../model/recipe.ts'
import { printSandboxFiles } from '../model/sandbox-file.ts'
import { planBuildOrder } from '../plan/build-order.ts'
import { loadRecipes } from '../recipe/load-recipes.ts'
import { requireRecipe } from '../recipe/require-recipe.ts'
import type { InstalledPackage } from '../store/installed-database.ts'
import { namesOfDependencies } from './dependencies-in.ts'
import { requireReading } from './load-recipes.ts'
import type { Workspace } from './workspace.ts'

export interface PlannedStep {
  readonly name: PackageName
  readonly reading: RecipeReading
  readonly reason: 'explicit' | 'implicit'
  readonly isAsked: boolean
  readonly verdict: Verdict
}

export interface PlanOptions {
  readonly config: Config
  /** Judges what must be built. Undefined: what there is of the right version is taken as it is. */
  readonly keys?: BuildKeys | undefined
  /** Whether what was named may come from the cache even if another tool built it. */
  readonly mayUseCache: boolean
  /** Build what was named whatever there is. */
  readonly rebuilds?: boolean
  /** But not what was built since then, in milliseconds since 1970. */
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
  readonly verdicts: ReadonlyMap<PackageName, Verdict>
}

/** Every finding that stands against the plan is thrown here, before anything is asked or fetched. */
export async function makePlan(
  { names, repositories }: Workspace,
  installed: ReadonlyMap<PackageName, InstalledPackage>,
  { config, keys, mayUseCache, rebuilds = false, builtSinceMs = Number.POSITIVE_INFINITY }: PlanOptions,
): Promise<PlannedBuild> {
  const readings = loadRecipes(names, repositories)
  for (const name of names) requireReading(name, readings, repositories)
  const dependenciesOf = namesOfDependencies(readings)
  const planned = planBuildOrder(names, {
    dependenciesOf,
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
    const verdict = await keys?.judge(reading, { name, takesOld, rebuildsBeforeMs })
    verdicts.set(name, verdict ?? plainVerdict(findBuilt(reading, name, config)))
  }
  const needed = findNeeded(names, { verdicts, readings })
  const order = planned.order.filter((name) => needed.has(name))
  const cached = new Map<PackageName, string>()
  const steps: PlannedStep[] = []
  for (const name of order) {
    const verdict = verdicts.get(name) ?? plainVerdict(undefined)
    const artifact = 'artifact' in verdict ? verdict.artifact : undefined
    const reason = isExplicit.has(name) ? 'explicit' : 'implicit'
    const reading = requireReading(name, readings, repositories)
    if (artifact !== undefined) cached.set(name, artifact)
    else steps.push({ name, reading, reason, isAsked: isAsked(verdict), verdict })
  }
  return { steps, cached, explicit, order, verdicts }
}

function isAsked(verdict: Verdict): boolean {
  return verdict.kind === 'build' && verdict.causes.some(({ kind }) => kind === 'asked')
}

function findBuilt({ version }: RecipeReading, name: PackageName, config: Config): string | undefined {
  return version && findArtifact(config.cacheDirectory, name, version, config.compression)
}

function plainVerdict(artifact: string | undefined): Verdict {
  return artifact === undefined ? { kind: 'build', causes: [] } : { kind: 'unkeyed', artifact }
}

interface Judged {
  readonly verdicts: ReadonlyMap<PackageName, Verdict>
  readonly readings: ReadonlyMap<PackageName, RecipeReading>
}

/**
 * The targets, what is needed to build those that are built, and what the others need to run: only to build needed by one
 * that is built already is not needed.
 */
function findNeeded(targets: readonly PackageName[], { verdicts, readings }: Judged): ReadonlySet<PackageName> {
  const needed = new Set(targets)
  for (const name of needed) {
    const verdict = verdicts.get(name)
    const isBuilt = verdict !== undefined && 'artifact' in verdict && verdict.artifact !== undefined
    const detected = verdict?.kind === 'current' ? verdict.needs : []
    const declared = readings.get(name)?.dependencies ?? []
    const wanted = declared.filter(({ kind }) => kind === 'run' || !isBuilt).map((dependency) => dependency.name)
    for (const one of [...wanted, ...detected]) if (verdicts.has(one)) needed.add(one)
  }
  return needed
}

/**
 * The plan with every recipe read, and what was kept by its key where kiss looks for it. Throws `recipe-invalid` for the first
 * that cannot be used, and `io-failed`.
 */
export function requireBuildPlan({ steps, cached }: PlannedBuild, cacheDirectory: string): BuildPlan {
  const required = steps.map(({ reading, reason, isAsked, verdict }) => {
    const isUncertain = verdict.kind === 'perhaps' && verdict.causes.every(({ kind }) => kind === 'dependency-built')
    return { recipe: requireRecipe(reading), reason, isAsked, isUncertain }
  })
  return {
    steps: required,
    cached: new Map([...cached].map(([name, artifact]) => [name, takeByKey(artifact, cacheDirectory)])),
  }
}

/** What will be done, as an event; and a warning for every recipe that stands against doing it. */
export function tellPlan(
  { steps, cached, explicit }: PlannedBuild,
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
  emit({ kind: 'plan-made', explicit, implicit, steps: told, cached: [...cached.keys()] })
  for (const { name, reading } of steps) {
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

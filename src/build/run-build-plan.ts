import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../events/context.ts'
import { verifySources } from '../fetch/verify-sources.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe } from '../model/recipe.ts'
import { createWorkQueue, type QueueOptions } from '../plan/work-queue.ts'
import { hostWarnings, requireSandbox, type SandboxHost } from '../sandbox/host.ts'
import { requireSandboxFiles } from '../sandbox/sandbox-files.ts'
import { claimOnce } from '../system/claimed-directory.ts'
import { openBuildGate } from './build-gate.ts'
import type { BuildKeys } from './build-keys.ts'
import type { BuildSettings } from './build-settings.ts'
import { endSchedule, tellFailure } from './end-schedule.ts'
import { fetchRecipes, isAtHand, refusePrivate } from './fetch-recipes.ts'
import { openJobserver } from './jobserver.ts'
import type { PackageWorld } from './missing-dependencies.ts'
import { createPerformer } from './perform-work.ts'
import { type PackageWork, planWork } from './plan-work.ts'
import { recordTimings } from './record-timings.ts'
import { loadDurations } from './remember-durations.ts'
import { runQueue } from './run-queue.ts'
import { sampleSchedule } from './sample-schedule.ts'
import { chooseTokens } from './script-jobs.ts'

export interface BuildStep {
  readonly recipe: Recipe
  readonly reason: 'explicit' | 'implicit' | 'rebuild'
  /** Build it even where there is an artifact of exactly what it would be made of. */
  readonly isAsked: boolean
  /** Whether it is built is only known when others are: its sources are not fetched before. */
  readonly isUncertain: boolean
}

/** What is to be done, in order. */
export interface BuildPlan {
  readonly steps: readonly BuildStep[]
  /** Packages of the plan that are built already, with their tarballs. */
  readonly cached: ReadonlyMap<PackageName, string>
  /** What must be built before a step besides what its recipe names. */
  readonly needs?: ReadonlyMap<PackageName, readonly PackageName[]> | undefined
}

type Supply = Omit<PackageWorld, 'artifactOf'> & { readonly keys: BuildKeys }

/**
 * Builds the recipes of a plan, several at a time, each with those that it needs at hand as layers; no root is changed. What is
 * there of their sources is verified before the first build; what must be fetched is fetched meanwhile. Gives the tarballs of
 * all steps. After a failure nothing is started any more, or with `keepsGoing` nothing that needs what failed; what runs is
 * waited for. Throws the failure, or of several `builds-failed`. Where no sandbox can be made, nothing is fetched either.
 */
export async function runBuildPlan(
  plan: BuildPlan,
  supply: Supply,
  settings: BuildSettings,
  context: Context,
): Promise<ReadonlyMap<PackageName, string>> {
  if (plan.steps.length === 0) return new Map()
  const host = await prepareHost(supply, settings, context)
  const recipes = plan.steps.map(({ recipe }) => recipe)
  const certain = plan.steps.filter(({ isUncertain }) => !isUncertain || context.hooks.isActive)
  refusePrivate(recipes)
  const absent = await fetchPresent(
    certain.map(({ recipe }) => recipe),
    settings,
    context,
  )
  // Held until the process ends, or the session removes it: one command may carry out several plans.
  claimOnce(settings.workDirectory)
  const { cacheDirectory } = settings
  const work = planWork(recipes, {
    absent,
    needs: plan.needs,
    cacheDirectory,
    durations: loadDurations(cacheDirectory),
  })
  const jobs = chooseJobs(settings, context)
  using jobserver = openJobserver(chooseTokens(settings))
  const packages = recipes.map(({ name }) => name)
  context.emit({ kind: 'schedule-started', packages, jobs, tokens: jobserver.total })
  const queue = createWorkQueue(work, jobs === 1 ? inOrder(work) : {})
  const built = new Map<PackageName, string>()
  const atOnce = (): number =>
    queue.ready('build').length + queue.running().filter(({ kind }) => kind === 'build').length
  const share = (): number => Math.max(1, Math.floor(jobserver.total / Math.max(1, Math.min(jobs, atOnce()))))
  const timings = recordTimings({ work, jobs, tokens: jobserver.total, cacheDirectory }, context.emit)
  const recorded = { ...context, emit: timings.emit }
  const gate = openBuildGate(queue, jobserver, settings, recorded)
  const perform = createPerformer({ plan, supply, host, built, share, tokensOf: gate.tokensOf }, settings, recorded)
  const sampling = sampleSchedule(queue, jobserver, recorded)
  const failures = await runQueue(queue, {
    room: { fetch: settings.fetch.parallel, build: jobs },
    signal: context.signal,
    perform: timings.around(perform),
    admit: gate.admit,
    untilRoom: gate.untilRoom,
    failed: (failure) => tellFailure(failure, settings, context),
  }).finally(() => {
    sampling[Symbol.dispose]()
    timings.finish()
  })
  supply.keys.save()
  endSchedule({ recipes, built, failures }, context)
  return built
}

async function prepareHost(supply: Supply, settings: BuildSettings, { emit }: Context): Promise<SandboxHost> {
  const host = await requireSandbox(settings.sysroot)
  requireSandboxFiles(settings.sandboxFiles, [settings.cacheDirectory, join(supply.root, '/var/db/kiss')])
  // Directories made from here on end up in layers and artifacts, which must not differ by who builds.
  process.umask(0o022)
  for (const text of hostWarnings(host)) emit({ kind: 'notice', level: 'warning', text })
  return host
}

/**
 * Verifies the sources that are there, so that nothing is built where one of them is wrong; gives the packages whose sources are
 * not. With hooks everything is fetched here: they see one package after the other.
 */
async function fetchPresent(
  recipes: readonly Recipe[],
  settings: BuildSettings,
  context: Context,
): Promise<ReadonlySet<PackageName>> {
  const isAbsent = (recipe: Recipe): boolean =>
    !context.hooks.isActive && !isAtHand(recipe, settings.fetch.cacheDirectory)
  const present = recipes.filter((recipe) => !isAbsent(recipe))
  await fetchRecipes(present, settings.fetch, context)
  for (const recipe of present) await verifySources(recipe, settings.fetch, context)
  return new Set(recipes.filter(isAbsent).map(({ name }) => name))
}

/** Hooks were written for one build after the other: only who asks for more gets more. */
function chooseJobs({ schedule: { jobs } }: BuildSettings, { hooks }: Context): number {
  return jobs ?? (hooks.isActive ? 1 : availableParallelism())
}

/** One after the other nothing is gained by another order than that of the plan. */
function inOrder(work: readonly PackageWork[]): QueueOptions {
  const positions = new Map(work.map(({ id }, index) => [id, index]))
  return { urgencyOf: (id) => -(positions.get(id) ?? 0) }
}

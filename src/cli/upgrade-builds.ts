import { readArtifactOffers } from '../build/artifact-offers.ts'
import { type BuildKeys, openBuildKeys } from '../build/build-keys.ts'
import type { BuildSettings } from '../build/build-settings.ts'
import { layersDirectoryOf } from '../build/layers-directory.ts'
import { type BuildPlan, runBuildPlan } from '../build/run-build-plan.ts'
import { noSubstitutes } from '../build/substitutes.ts'
import type { PackageOffers } from '../model/offers.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText } from '../model/tree-path.ts'
import { findLostLibraries, findUsers, type LostLibrary } from '../plan/lost-libraries.ts'
import { orderByDependency } from '../plan/order-by-dependency.ts'
import { planWave } from '../plan/upgrade-waves.ts'
import { databasePath, type InstalledPackages } from '../store/installed-database.ts'
import { loadOffers } from '../store/package-offers.ts'
import { buildSettings, supplyPackages } from './build-context.ts'
import type { Invocation } from './command.ts'
import { makePlan, type PlannedBuild, requireBuildPlan } from './make-plan.ts'

/**
 * The builds of an upgrade, how far they are. Whether a library gets another name is known only when it is built: so what nothing uncertain
 * stands below is built first, then it is looked at what that takes away, what needs it is added, and so on. No root is changed.
 */
export interface UpgradeBuilds {
  readonly planned: PlannedBuild
  readonly installed: InstalledPackages
  readonly invocation: Invocation
  readonly settings: BuildSettings
  /** What is installed offers and needs. */
  readonly before: ReadonlyMap<PackageName, PackageOffers>
  /** Whose libraries a package needs, among those of the plan: declared or not, they come first. */
  readonly owners: ReadonlyMap<PackageName, readonly PackageName[]>
  /** Tarballs of what is new: from the cache, or built. */
  readonly fresh: Map<PackageName, string>
  readonly remaining: Map<PackageName, BuildPlan['steps'][number]>
  /** Built here: what such a package still misses, building it again would not bring. */
  readonly built: Set<PackageName>
  /** By tarball. */
  readonly offersOf: Map<string, PackageOffers>
}

/** Throws what requireBuildPlan and loadOffers throw. */
export function openUpgradeBuilds(
  planned: PlannedBuild,
  { installed, invocation }: Pick<UpgradeBuilds, 'installed' | 'invocation'>,
): UpgradeBuilds {
  const { cached, steps } = requireBuildPlan(planned, invocation.config.cacheDirectory)
  const before = loadOffers(invocation.config.root, installed)
  return {
    planned,
    installed,
    invocation,
    settings: buildSettings(invocation, []),
    before,
    owners: findUsers(before, new Set(planned.order)),
    fresh: new Map(cached),
    remaining: new Map(steps.map((step) => [step.recipe.name, step])),
    built: new Set(),
    offersOf: new Map(),
  }
}

/** Adds what must be rebuilt because of what is known before anything is built, and tells it; and which packages may follow. */
export async function foreseeRebuilds(builds: UpgradeBuilds): Promise<void> {
  await addRebuilds(builds)
  for (const [from, dependents] of findRisks(builds))
    builds.invocation.context.emit({ kind: 'rebuild-possible', package: from, dependents })
}

/** Builds everything; gives the tarballs of what was installed and is new. Throws what makePlan and runBuildPlan throw. */
export async function runUpgradeBuilds(builds: UpgradeBuilds): Promise<readonly string[]> {
  await addRebuilds(builds)
  while (builds.remaining.size > 0) {
    await buildWave(builds)
    await addRebuilds(builds)
  }
  return [...builds.fresh].flatMap(([name, artifact]) => (builds.installed.has(name) ? [artifact] : []))
}

async function buildWave(builds: UpgradeBuilds): Promise<void> {
  const { invocation, fresh, remaining } = builds
  const dependenciesOf = (name: PackageName): readonly PackageName[] | undefined => neededBy(name, builds)
  const { names, needs } = planWave({
    remaining: orderByDependency([...remaining.keys()], dependenciesOf),
    atRisk: new Set([...findRisks(builds).values()].flat()),
    dependenciesOf,
  })
  const steps = names.flatMap((name) => remaining.get(name) ?? [])
  const supply = { ...renewedSupply(builds), keys: openKeys(builds) }
  const plan = { steps, cached: fresh, needs }
  for (const [name, artifact] of await runBuildPlan(plan, supply, builds.settings, invocation.context)) {
    fresh.set(name, artifact)
    builds.offersOf.delete(artifact)
    remaining.delete(name)
    builds.built.add(name)
  }
}

/** What builds may use: in place of what is installed what is new by now, also where it is part of a base, whose programs still run. */
function renewedSupply({ installed, invocation, planned, fresh }: UpgradeBuilds): ReturnType<typeof supplyPackages> {
  const supply = supplyPackages(installed, invocation, planned.providers)
  const all = [...supply.installed]
  return {
    ...supply,
    installed: new Map(all.filter(([name]) => !fresh.has(name))),
    former: new Map(all.filter(([name]) => fresh.has(name))),
    builtOf: (name) => fresh.get(name) ?? supply.builtOf(name),
  }
}

function openKeys(builds: UpgradeBuilds): BuildKeys {
  const keys = openBuildKeys(renewedSupply(builds), builds.settings, noSubstitutes)
  for (const [name, artifact] of builds.fresh) keys.settle(name, artifact)
  return keys
}

/** Of what will be built all that its recipe names, of what is installed what it needs to run. */
function neededBy(
  name: PackageName,
  { planned, installed, remaining, owners }: UpgradeBuilds,
): PackageName[] | undefined {
  const step = remaining.get(name)
  if (step !== undefined) return [...step.recipe.dependencies.map((one) => one.name), ...(owners.get(name) ?? [])]
  const { resolve } = planned.providers
  return installed.get(name)?.dependencies.flatMap((one) => (one.kind === 'run' ? [resolve(one.name)] : []))
}

/** Packages that are not built here, or not yet known to be: by whose libraries they need. */
function findRisks({ before, remaining, fresh }: UpgradeBuilds): Map<PackageName, PackageName[]> {
  const risks = new Map<PackageName, PackageName[]>()
  for (const [user, owners] of findUsers(before, new Set(remaining.keys()))) {
    if (fresh.has(user) || remaining.has(user)) continue
    for (const owner of owners) risks.set(owner, [...(risks.get(owner) ?? []), user])
  }
  return risks
}

/** Until nothing more loses anything: what comes from the cache may take away more. */
async function addRebuilds(builds: UpgradeBuilds): Promise<void> {
  for (let lost = await findLost(builds); lost.length > 0; lost = await findLost(builds)) {
    const names = [...new Set(lost.map((one) => one.package))]
    for (const name of names) builds.fresh.delete(name)
    for (const { package: name, library, from } of lost)
      builds.invocation.context.emit({
        kind: 'rebuild-planned',
        package: name,
        library: bytesText(library),
        from,
      })
    await addSteps(names, builds)
  }
}

async function findLost(builds: UpgradeBuilds): Promise<LostLibrary[]> {
  const lost = findLostLibraries(builds.before, await offersAfter(builds))
  return lost.filter((one) => !builds.remaining.has(one.package) && !builds.built.has(one.package))
}

/** What all packages offer and need when what is new by now is installed. */
async function offersAfter({
  before,
  fresh,
  offersOf,
  invocation,
}: UpgradeBuilds): Promise<Map<PackageName, PackageOffers>> {
  const layers = layersDirectoryOf(invocation.config.cacheDirectory)
  const after = new Map(before)
  for (const [name, artifact] of fresh) {
    const offers = offersOf.get(artifact) ?? (await readArtifactOffers({ name, artifact }, layers))
    offersOf.set(artifact, offers)
    after.set(name, offers)
  }
  return after
}

/** Adds builds of packages as they are, and of what those need and is not there. */
async function addSteps(names: readonly PackageName[], builds: UpgradeBuilds): Promise<void> {
  const { installed, invocation, fresh, remaining } = builds
  const { config } = invocation
  const repositories = [...config.repositories, config.root + databasePath]
  const options = { config, openKeys: () => openKeys(builds), mayUseCache: false, rebuilds: true }
  const planned = await makePlan({ names, repositories }, installed, options)
  const { cached, steps } = requireBuildPlan(planned, config.cacheDirectory)
  const isNew = (name: PackageName): boolean => !fresh.has(name) && !remaining.has(name)
  for (const [name, artifact] of cached) if (isNew(name)) fresh.set(name, artifact)
  for (const step of steps) {
    const { name } = step.recipe
    // One that was built for the new library before an upgrade was interrupted is taken.
    if (isNew(name)) remaining.set(name, names.includes(name) ? { ...step, reason: 'rebuild', isAsked: false } : step)
  }
}

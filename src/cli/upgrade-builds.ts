import { findArtifact, readOffersBeside } from '../build/artifact-cache.ts'
import { readArtifactOffers } from '../build/artifact-offers.ts'
import { layersDirectoryOf } from '../build/layers-directory.ts'
import { type BuildPlan, runBuildPlan } from '../build/run-build-plan.ts'
import type { PackageOffers } from '../model/offers.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText } from '../model/tree-path.ts'
import { findLostLibraries, findUsers, isServed, type LostLibrary } from '../plan/lost-libraries.ts'
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
  const { cached, steps } = requireBuildPlan(planned)
  const before = loadOffers(invocation.config.root, installed)
  return {
    planned,
    installed,
    invocation,
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
  const { installed, invocation, planned, fresh, remaining } = builds
  const dependenciesOf = (name: PackageName): readonly PackageName[] | undefined => neededBy(name, builds)
  const { names, needs } = planWave({
    remaining: orderByDependency([...remaining.keys()], dependenciesOf),
    atRisk: new Set([...findRisks(builds).values()].flat()),
    dependenciesOf,
  })
  const steps = names.flatMap((name) => remaining.get(name) ?? [])
  const supply = supplyPackages(installed, invocation, planned.providers)
  // A base is made of the new versions, too.
  const renewed = {
    ...supply,
    installed: new Map([...supply.installed].filter(([name]) => !fresh.has(name))),
    builtOf: (name: PackageName) => fresh.get(name) ?? supply.builtOf(name),
  }
  const plan = { steps, cached: fresh, needs }
  for (const [name, artifact] of await runBuildPlan(plan, renewed, buildSettings(invocation, []), invocation.context)) {
    fresh.set(name, artifact)
    builds.offersOf.delete(artifact)
    remaining.delete(name)
    builds.built.add(name)
  }
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
    const cached = await findRebuilt(names, builds)
    for (const { package: name, library, from } of lost)
      builds.invocation.context.emit({
        kind: 'rebuild-planned',
        package: name,
        library: bytesText(library),
        from,
        isCached: cached.has(name),
      })
    for (const [name, artifact] of cached) builds.fresh.set(name, artifact)
    const missing = names.filter((name) => !cached.has(name))
    if (missing.length > 0) await addSteps(missing, builds)
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

/** Of packages that must be rebuilt those that were, before an upgrade was interrupted: they need nothing that is not there. */
async function findRebuilt(names: readonly PackageName[], builds: UpgradeBuilds): Promise<Map<PackageName, string>> {
  const { installed, before, invocation } = builds
  const { cacheDirectory, compression } = invocation.config
  const after = await offersAfter(builds)
  const found = new Map<PackageName, string>()
  for (const name of names) {
    const version = installed.get(name)?.version
    const artifact = version && findArtifact(cacheDirectory, name, version, compression)
    const offers = artifact === undefined ? undefined : readOffersBeside(artifact)
    if (artifact === undefined || offers === undefined) continue
    const lost = findLostLibraries(before, new Map([...after, [name, offers]]))
    const isWhole = lost.every((one) => one.package !== name)
    if (isWhole && isServed(offers, before.get(name), after)) found.set(name, artifact)
  }
  return found
}

/** Adds builds of packages as they are, and of what those need and is not there. */
async function addSteps(
  names: readonly PackageName[],
  { installed, invocation, fresh, remaining }: UpgradeBuilds,
): Promise<void> {
  const { config } = invocation
  const repositories = [...config.repositories, config.root + databasePath]
  const { cached, steps } = requireBuildPlan(
    makePlan({ names, repositories }, installed, { config, mayUseCache: false }),
  )
  const isNew = (name: PackageName): boolean => !fresh.has(name) && !remaining.has(name)
  for (const [name, artifact] of cached) if (isNew(name)) fresh.set(name, artifact)
  for (const step of steps)
    if (isNew(step.recipe.name))
      remaining.set(step.recipe.name, names.includes(step.recipe.name) ? { ...step, reason: 'rebuild' } : step)
}

import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { orderByDependency } from '../plan/order-by-dependency.ts'
import { type InstallSettings, installPackage } from './install-package.ts'
import { loadInstalled } from './installed-database.ts'
import { tellNewPrivileges } from './privileged-files.ts'
import { type StagedPackage, stageArtifact } from './staging.ts'

export interface InstallRequest {
  /** In the order of the command; each is installed after those of the others that it needs. */
  readonly names: readonly PackageName[]
  /** The tarball of a package, or undefined where it is not built. */
  readonly artifactOf: (name: PackageName) => string | undefined
}

/**
 * Installs packages and, unless forced, what they need to run and is not installed, into a root that the caller has locked.
 * All are unpacked and checked, and what gets new privileges is told, before the first is installed. Gives whether all scripts of packages were well. Throws
 * `not-built` with every package that is missing, and what stageArtifact and installPackage throw.
 */
export async function installPackages(
  request: InstallRequest,
  settings: InstallSettings,
  context: Context,
): Promise<boolean> {
  using unpacked = new DisposableStack()
  const staged = await stageClosure(request, settings, { context, unpacked })
  const dependenciesOf = (name: PackageName) => staged.get(name)?.dependencies.map((one) => one.name)
  const order = orderByDependency([...staged.keys()], dependenciesOf)
  for (const name of order) tellNewPrivileges(staged.get(name), settings, context)
  let isWell = true
  for (const name of order) {
    requireGoingOn(context.signal)
    const one = staged.get(name)
    if (one !== undefined) isWell = (await installPackage(one, settings, context)) && isWell
  }
  return isWell
}

interface StagingContext {
  readonly context: Pick<Context, 'emit' | 'signal'>
  readonly unpacked: DisposableStack
}

/** What a package needs is read from its artifact: packaging adds libraries that no recipe names. */
async function stageClosure(
  { names, artifactOf }: InstallRequest,
  { root, isForced }: InstallSettings,
  { context, unpacked }: StagingContext,
): Promise<ReadonlyMap<PackageName, StagedPackage>> {
  const installed = loadInstalled(root)
  const staged = new Map<PackageName, StagedPackage>()
  const missing = new Set<PackageName>()
  const neededBy = new Map<PackageName, PackageName[]>(names.map((name) => [name, []]))
  // The map grows while it is walked.
  for (const name of neededBy.keys()) {
    requireGoingOn(context.signal)
    const artifact = artifactOf(name)
    if (artifact === undefined) {
      missing.add(name)
      continue
    }
    const one = unpacked.use(await stageArtifact(artifact, root, isForced))
    staged.set(name, one)
    for (const { name: needed, kind } of isForced ? [] : one.dependencies)
      if (kind === 'run' && !installed.has(needed)) neededBy.set(needed, [...(neededBy.get(needed) ?? []), name])
  }
  if (missing.size === 0) return staged
  throw new KithError('not-built', {
    missing: [...missing].map((name) => ({ name, neededBy: neededBy.get(name) ?? [] })),
  })
}

/** Between packages only: one that was begun is finished. Throws `interrupted`. */
export function requireGoingOn(signal: AbortSignal): void {
  if (signal.aborted) throw new KithError('interrupted', {})
}

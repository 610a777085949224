import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { orderByDependency } from '../plan/order-by-dependency.ts'
import type { InstallSettings } from './install-settings.ts'
import { loadInstalled } from './installed-database.ts'
import { requireGoingOn } from './require-going-on.ts'
import { type StagedPackage, stageArtifact } from './staging.ts'

export interface InstallRequest {
  /** In the order of the command; each is installed after those of the others that it needs. */
  readonly names: readonly PackageName[]
  /** The tarball of a package, or undefined where it is not built. */
  readonly artifactOf: (name: PackageName) => string | undefined
}

/** Gives a fresh directory for each package that is unpacked. */
export type StagingPlace = (name: PackageName) => string

interface StagingContext {
  readonly context: Pick<Context, 'signal'>
  readonly placeFor: StagingPlace
}

/**
 * Stages packages and, unless forced, what they need to run and is not installed: in order of dependence. Throws `not-built`
 * with every package that is missing, what stageArtifact throws, and `interrupted`.
 */
export async function stageClosure(
  { names, artifactOf }: InstallRequest,
  { root, isForced, unpack }: Pick<InstallSettings, 'root' | 'isForced' | 'unpack'>,
  { context, placeFor }: StagingContext,
): Promise<StagedPackage[]> {
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
    // What a package needs is read from its artifact: packaging adds libraries that no recipe names.
    const one = await stageArtifact(artifact, placeFor(name), isForced, { signal: context.signal, unpack })
    staged.set(name, one)
    for (const { name: needed, kind } of isForced ? [] : one.dependencies)
      if (kind === 'run' && !installed.has(needed)) neededBy.set(needed, [...(neededBy.get(needed) ?? []), name])
  }
  if (missing.size > 0)
    throw new KithError('not-built', {
      missing: [...missing].map((name) => ({ name, neededBy: neededBy.get(name) ?? [] })),
    })
  const order = orderByDependency([...staged.keys()], (name) => staged.get(name)?.dependencies.map((one) => one.name))
  return order.flatMap((name) => staged.get(name) ?? [])
}

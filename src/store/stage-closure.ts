import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { orderByDependency } from '../plan/order-by-dependency.ts'
import { diskTree } from '../system/tree-view.ts'
import type { InstallSettings } from './install-settings.ts'
import { loadInstalled } from './installed-database.ts'
import { requireGoingOn } from './require-going-on.ts'
import { requireNoClash } from './require-no-clash.ts'
import { type StagedPackage, stageArtifact } from './staging.ts'

export interface InstallRequest {
  /** In the order of the command; each is installed after those of the others that it needs. */
  readonly names: readonly PackageName[]
  /** The tarball of a package, or undefined where it is not built. */
  readonly artifactOf: (name: PackageName) => string | undefined
  /** The package that a dependency on a name means, where it is not installed: itself by default. */
  readonly providerOf?: ((name: PackageName) => PackageName) | undefined
}

/** Gives a fresh directory for each package that is unpacked. */
export type StagingPlace = (name: PackageName) => string

interface StagingContext {
  readonly context: Pick<Context, 'signal'>
  readonly placeFor: StagingPlace
}

/**
 * Stages packages and, unless forced, what they need to run and is not installed: in order of dependence. Throws `not-built`
 * with every package that is missing, `provides-exclusive`, what stageArtifact throws, and `interrupted`.
 */
export async function stageClosure(
  { names, artifactOf, providerOf = (name) => name }: InstallRequest,
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
    for (const { name: wanted, kind } of isForced ? [] : one.dependencies) {
      if (kind !== 'run' || installed.has(wanted) || isProvidedAmong(staged, wanted)) continue
      const needed = neededBy.has(wanted) ? wanted : providerOf(wanted)
      if (!installed.has(needed)) neededBy.set(needed, [...(neededBy.get(needed) ?? []), name])
    }
  }
  if (missing.size > 0)
    throw new KithError('not-built', {
      missing: [...missing].map((name) => ({ name, neededBy: neededBy.get(name) ?? [] })),
    })
  if (!isForced) requireNoClash([...staged.values()], installed, diskTree(root))
  const holderOf = (name: PackageName): PackageName =>
    staged.has(name) ? name : ([...staged.values()].find((one) => provides(one, name))?.name ?? name)
  const order = orderByDependency([...staged.keys()], (name) =>
    staged.get(name)?.dependencies.map((one) => holderOf(one.name)),
  )
  return order.flatMap((name) => staged.get(name) ?? [])
}

function isProvidedAmong(staged: ReadonlyMap<PackageName, StagedPackage>, name: PackageName): boolean {
  return [...staged.values()].some((one) => provides(one, name))
}

function provides(one: Pick<StagedPackage, 'provides'>, name: PackageName): boolean {
  return one.provides.some((provided) => provided.name === name)
}

import type { PackageName } from '../model/package-name.ts'
import { type DependenciesOf, walkDepthFirst } from './depth-first.ts'

export interface WaveWorld {
  /** What is still to be built, dependencies first. */
  readonly remaining: readonly PackageName[]
  /** Installed packages that may have to be rebuilt when something of `remaining` is there. */
  readonly atRisk: ReadonlySet<PackageName>
  /** Of packages to be built what their recipes say, of all others what they need to run. */
  readonly dependenciesOf: DependenciesOf
}

export interface UpgradeWave {
  /** What can be built now, in the order of `remaining`. */
  readonly names: readonly PackageName[]
  /** For each of them those of `names` that must be there first: also those that it needs through packages which are not built. */
  readonly needs: ReadonlyMap<PackageName, readonly PackageName[]>
}

/**
 * What of an upgrade can be built before it is known what else must be rebuilt: everything that does not stand, however far, on a package
 * that may have to be rebuilt itself. Where only circles are left, all of it.
 */
export function planWave({ remaining, atRisk, dependenciesOf }: WaveWorld): UpgradeWave {
  const below = new Map(remaining.map((name) => [name, closureBelow(name, dependenciesOf)]))
  const isFree = (name: PackageName): boolean => ![...(below.get(name) ?? [])].some((one) => atRisk.has(one))
  const free = remaining.filter(isFree)
  const names = free.length > 0 ? free : remaining
  const among = new Set(names)
  const needs = names.map((name) => [name, [...(below.get(name) ?? [])].filter((one) => among.has(one))] as const)
  return { names, needs: new Map(needs) }
}

/** Everything that a package needs, however far, without itself. */
function closureBelow(name: PackageName, dependenciesOf: DependenciesOf): Set<PackageName> {
  const found = new Set<PackageName>()
  for (const one of walkDepthFirst(name, (parent) => dependenciesOf(parent) ?? [], { done: new Set() })) found.add(one)
  found.delete(name)
  return found
}

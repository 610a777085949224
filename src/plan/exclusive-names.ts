import type { PackageName } from '../model/package-name.ts'
import type { Provided } from '../model/provides.ts'

export interface ProvidingPackage {
  readonly name: PackageName
  readonly provides: readonly Provided[]
}

/** A name that only one package may have or provide, and which several would. */
export interface ExclusiveClash {
  readonly name: PackageName
  readonly holders: readonly PackageName[]
}

/** Every clash among packages that would be installed at the same time, in the order of the names. */
export function findExclusiveClashes(packages: Iterable<ProvidingPackage>): ExclusiveClash[] {
  const all = [...packages]
  const exclusive = new Set(
    all.flatMap(({ provides }) => provides.filter((one) => one.isExclusive).map((one) => one.name)),
  )
  if (exclusive.size === 0) return []
  return [...exclusive].sort().flatMap((name): ExclusiveClash[] => {
    const holders = all.filter((one) => one.name === name || one.provides.some((provided) => provided.name === name))
    return holders.length > 1 ? [{ name, holders: holders.map((one) => one.name) }] : []
  })
}

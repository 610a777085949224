import type { Dependency } from '../model/depends.ts'
import type { PackageName } from '../model/package-name.ts'

export interface DependingPackage {
  readonly name: PackageName
  readonly dependencies: readonly Dependency[]
}

/**
 * Installed packages that would miss something to run when `going` are removed, in the order given: something that one of `going` is or
 * provides, and no package that stays.
 */
export function findBroken(
  going: ReadonlySet<PackageName>,
  installed: Iterable<DependingPackage>,
  holdersOf: (name: PackageName) => readonly PackageName[],
): { readonly name: PackageName; readonly needs: PackageName; readonly holders: readonly PackageName[] }[] {
  const broken: ReturnType<typeof findBroken> = []
  for (const { name, dependencies } of installed) {
    if (going.has(name)) continue
    for (const { name: needs, kind } of dependencies) {
      const holders = kind === 'run' ? holdersOf(needs) : []
      if (holders.length > 0 && holders.every((one) => going.has(one))) broken.push({ name, needs, holders })
    }
  }
  return broken
}

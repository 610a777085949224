import type { PackageName } from '../model/package-name.ts'
import { isSameVersion, type Version } from '../model/version.ts'

export interface Upgrade {
  readonly name: PackageName
  readonly from: Version | undefined
  readonly to: Version
}

export interface UpgradeSet {
  readonly upgrades: readonly Upgrade[]
  /** Installed packages that no repository has any more. */
  readonly orphans: readonly PackageName[]
  /** Those whose recipe does not say a version: nobody knows whether there is another. */
  readonly unreadable: readonly PackageName[]
}

/** Installed packages whose repository has any other version or release, also a lower one: KISS knows no order of versions. */
export function findUpgrades(
  installed: ReadonlyMap<PackageName, { readonly version: Version | undefined }>,
  available: (name: PackageName) => Version | 'missing' | 'unreadable',
): UpgradeSet {
  const upgrades: Upgrade[] = []
  const orphans: PackageName[] = []
  const unreadable: PackageName[] = []
  for (const [name, { version: from }] of installed) {
    const to = available(name)
    if (to === 'missing') orphans.push(name)
    else if (to === 'unreadable') unreadable.push(name)
    else if (from === undefined || !isSameVersion(from, to)) upgrades.push({ name, from, to })
  }
  return { upgrades, orphans, unreadable }
}

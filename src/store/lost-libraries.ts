import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText } from '../model/tree-path.ts'
import { findLostLibraries, losesLibraries } from '../plan/lost-libraries.ts'
import { loadInstalled } from './installed-database.ts'
import { loadOffers } from './package-offers.ts'
import type { StagedPackage } from './staging.ts'

/** Tells whom an installation takes libraries away from. Throws what loadOffers throws. */
export function tellLostLibraries(
  packages: readonly Pick<StagedPackage, 'name' | 'offers'>[],
  root: string,
  { emit }: Pick<Context, 'emit'>,
): void {
  const installed = loadInstalled(root)
  const replaced = new Map([...installed].filter(([name]) => packages.some((one) => one.name === name)))
  const coming = packages.map(({ name, offers }) => [name, offers] as const)
  // Most installations take nothing away: then nobody else need be looked at.
  const old = loadOffers(root, replaced)
  if (!losesLibraries(old, new Map(coming))) return
  const before = loadOffers(root, installed)
  const lost = new Map<string, { package: PackageName; library: string; dependents: PackageName[] }>()
  for (const { package: name, library, from } of findLostLibraries(before, new Map([...before, ...coming]))) {
    const one = lost.get(`${from} ${library}`) ?? { package: from, library: bytesText(library), dependents: [] }
    one.dependents.push(name)
    lost.set(`${from} ${library}`, one)
  }
  for (const one of lost.values()) emit({ kind: 'library-lost', ...one })
}

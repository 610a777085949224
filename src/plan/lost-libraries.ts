import { type Need, type Offer, offerName, type PackageOffers } from '../model/offers.ts'
import type { PackageName } from '../model/package-name.ts'
import { fitsNeed, reachesNeed, sameDirectory } from './offer-match.ts'

/** A library that a package needs, that was there, and that is not there any more. */
export interface LostLibrary {
  /** Who needs it. */
  readonly package: PackageName
  /** `libfoo.so.1`, bytes as latin1. */
  readonly library: string
  /** Who had it. */
  readonly from: PackageName
}

type Packages = ReadonlyMap<PackageName, PackageOffers>

/**
 * What packages of `after` need and lose on the way from `before`: libraries that the loader found there, and does not find any more.
 * What it found neither before nor after comes from elsewhere and is not looked at; where one package lost a library and another has it,
 * nothing is lost. In the order of `after`, each library of a package once.
 */
export function findLostLibraries(before: Packages, after: Packages): LostLibrary[] {
  const gone = indexGone(before, after)
  if (gone.size === 0) return []
  const [had, there] = [indexAll(before), indexAll(after)]
  const lost = new Map<string, LostLibrary>()
  for (const [name, { needs }] of after)
    for (const need of needs) {
      const from = need.kind === 'so' ? whoLost(need, gone, { had, there }) : undefined
      if (from !== undefined) lost.set(`${name}\n${need.name}`, { package: name, library: need.name, from })
    }
  return [...lost.values()]
}

/** Whether any package of `before` had a library that it has not in `after`. */
export function losesLibraries(before: Packages, after: Packages): boolean {
  return indexGone(before, after).size > 0
}

interface Held {
  readonly name: PackageName
  readonly offer: Offer
}

type Index = ReadonlyMap<string, readonly Held[]>

function whoLost(
  need: Need,
  gone: Index,
  { had, there }: { readonly had: Index; readonly there: Index },
): PackageName | undefined {
  const fitting = (gone.get(offerName(need)) ?? []).filter(({ offer }) => fitsNeed(need, offer))
  if (fitting.length === 0) return undefined
  const rest = (there.get(offerName(need)) ?? []).filter(({ offer }) => fitsNeed(need, offer))
  if (rest.some(({ offer }) => reachesNeed(need, offer))) return undefined
  const reached = fitting.find(({ offer }) => reachesNeed(need, offer))
  if (reached !== undefined) return reached.name
  if ((had.get(offerName(need)) ?? []).some(({ offer }) => reachesNeed(need, offer))) return undefined
  // The loader may be told of more directories, in /etc: what was found in one of them is not there any more.
  const places = new Set(rest.map(({ offer }) => sameDirectory(offer.directory ?? '')))
  return fitting.find(({ offer }) => !places.has(sameDirectory(offer.directory ?? '')))?.name
}

/** Libraries that a package had and has not any more, by name. */
function indexGone(before: Packages, after: Packages): Index {
  const key = ({ name, abi, directory }: Offer): string => `${name}\n${abi}\n${sameDirectory(directory ?? '')}`
  const gone = [...before].flatMap(([name, { offers }]): Held[] => {
    const now = after.get(name)
    if (now?.offers === offers) return []
    const left = new Set((now?.offers ?? []).filter(({ kind }) => kind === 'so').map(key))
    return offers.filter((offer) => offer.kind === 'so' && !left.has(key(offer))).map((offer) => ({ name, offer }))
  })
  return indexOffers(gone)
}

function indexAll(packages: Packages): Index {
  return indexOffers([...packages].flatMap(([name, { offers }]) => offers.map((offer) => ({ name, offer }))))
}

function indexOffers(all: readonly Held[]): Index {
  const index = new Map<string, Held[]>()
  for (const held of all) {
    if (held.offer.kind !== 'so') continue
    const name = offerName(held.offer)
    const others = index.get(name)
    if (others === undefined) index.set(name, [held])
    else others.push(held)
  }
  return index
}

/** Who needs libraries of `owners`, with those of them whose libraries they need. */
export function findUsers(all: Packages, owners: ReadonlySet<PackageName>): Map<PackageName, readonly PackageName[]> {
  const held = indexOffers(
    [...owners].flatMap((name) => (all.get(name)?.offers ?? []).map((offer) => ({ name, offer }))),
  )
  const users = new Map<PackageName, readonly PackageName[]>()
  for (const [name, { needs }] of all) {
    const used = needs.flatMap((need) => (held.get(offerName(need)) ?? []).filter(({ offer }) => fitsNeed(need, offer)))
    const names = new Set(used.map((one) => one.name).filter((owner) => owner !== name))
    if (names.size > 0) users.set(name, [...names].sort())
  }
  return users
}

import { type CacheEntry, type CacheKind, cacheKinds } from '../model/cache-entry.ts'

/** All that is given must hold for what goes. */
export interface CleaningPolicy {
  /** None: all but what is small and of use for long. */
  readonly kinds: readonly CacheKind[]
  readonly olderThanMs?: number | undefined
  /** Of built packages so many versions stay, the newest ones; nothing else goes then. */
  readonly keepVersions?: number | undefined
  /** Only what belongs to packages that are not among these. */
  readonly exceptPackages?: ReadonlySet<string> | undefined
  /** Only as much as has to go until all takes no more than this: what is cheap to have again first, then the oldest. */
  readonly mostBytes?: number | undefined
}

const defaultKinds = cacheKinds.filter((kind) => kind !== 'recipes' && kind !== 'records')
const versionedKinds: readonly CacheKind[] = ['artifacts', 'earlier']

/** What of the cache is to go, in the order in which it goes. */
export function planCacheCleaning(
  entries: readonly CacheEntry[],
  { kinds, olderThanMs, keepVersions, exceptPackages, mostBytes }: CleaningPolicy,
  nowMs: number,
): CacheEntry[] {
  const wanted = new Set(kinds.length === 0 ? defaultKinds : kinds)
  const kept = keepVersions === undefined ? undefined : newestVersions(entries, keepVersions)
  const candidates = entries
    .filter(({ kind }) => wanted.has(kind))
    .filter(({ madeMs }) => olderThanMs === undefined || nowMs - madeMs > olderThanMs)
    .filter((entry) => kept === undefined || (versionedKinds.includes(entry.kind) && !kept.has(entry)))
    .filter(
      (entry) => exceptPackages === undefined || (entry.package !== undefined && !exceptPackages.has(entry.package)),
    )
    .toSorted((one, other) => rank(one) - rank(other) || one.madeMs - other.madeMs || (one.name < other.name ? -1 : 1))
  if (mostBytes === undefined) return candidates
  let left = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return candidates.filter(({ sizeBytes }) => {
    if (left <= mostBytes) return false
    left -= sizeBytes
    return true
  })
}

function rank({ kind }: CacheEntry): number {
  return cacheKinds.indexOf(kind)
}

function newestVersions(entries: readonly CacheEntry[], count: number): ReadonlySet<CacheEntry> {
  const byPackage = Map.groupBy(
    entries.filter(({ kind }) => versionedKinds.includes(kind)),
    ({ kind, package: name }) => `${kind} ${name}`,
  )
  return new Set(
    [...byPackage.values()].flatMap((all) => all.toSorted((one, other) => other.madeMs - one.madeMs).slice(0, count)),
  )
}

/** What the cache holds, that which is cheapest to have again first. */
export const cacheKinds = [
  'partial',
  'failed',
  'layers',
  'logs',
  'earlier',
  'artifacts',
  'sources',
  'recipes',
  'records',
] as const

export type CacheKind = (typeof cacheKinds)[number]

/** What each kind is, and what it costs where it is missing. */
export const cacheKindTexts: Readonly<Record<CacheKind, string>> = {
  partial: 'downloads that broke off or had a wrong checksum',
  failed: 'the files of the last build that failed (kith shell)',
  layers: 'packages unpacked for builds; made again when needed',
  logs: 'logs of builds',
  earlier: 'artifacts of other inputs than the last ones of their version',
  artifacts: 'built packages; built again when needed',
  sources: 'downloaded sources; fetched again when needed',
  recipes: 'recipes as they were built last, for reviews',
  records: 'plans to resume, durations, timings, digests, indexes',
}

/** One thing in the cache that can go by itself. */
export interface CacheEntry {
  readonly kind: CacheKind
  /** `zlib@1.3.1-1.tar.zst`, `zlib/zlib-1.3.1.tar.gz`. */
  readonly name: string
  /** Undefined where it belongs to none. */
  readonly package: string | undefined
  /** When it was made, in milliseconds since 1970. */
  readonly madeMs: number
  /** What goes when it goes; links that others have count for the first of them. */
  readonly sizeBytes: number
  /** Below the cache, the most important first. */
  readonly paths: readonly string[]
}

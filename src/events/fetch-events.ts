/** Where a source was found: nothing had to be fetched. */
export interface SourceFound {
  readonly kind: 'source-found'
  readonly package: string
  readonly source: string
  readonly path: string
}

export interface FetchStarted {
  readonly kind: 'fetch-started'
  readonly package: string
  readonly url: string
}

/** At most about ten a second for each URL. `totalBytes` is absent where the server does not say. */
export interface FetchProgress {
  readonly kind: 'fetch-progress'
  readonly package: string
  readonly url: string
  readonly receivedBytes: number
  readonly totalBytes?: number | undefined
}

export interface FetchRetried {
  readonly kind: 'fetch-retried'
  readonly package: string
  readonly url: string
  readonly reason: string
  readonly attempt: number
  readonly delayMs: number
}

export interface FetchFinished {
  readonly kind: 'fetch-finished'
  readonly package: string
  readonly url: string
  /** The mirror that had it, or undefined for upstream. */
  readonly mirror?: string | undefined
  /** For a git source: the commit that the checkout is at. */
  readonly commit?: string | undefined
  /** Of the file; 0 for a git source. */
  readonly sizeBytes: number
  readonly durationMs: number
}

export interface MirrorTried {
  readonly kind: 'mirror-tried'
  readonly package: string
  readonly url: string
  readonly mirror: string
  readonly outcome: string
}

export interface ChecksumCompared {
  readonly kind: 'checksum-compared'
  readonly package: string
  readonly source: string
  readonly expected: string
  readonly actual: string
  readonly isMatch: boolean
}

export type FetchEvent =
  | SourceFound
  | FetchStarted
  | FetchProgress
  | FetchRetried
  | FetchFinished
  | MirrorTried
  | ChecksumCompared

import type { ArtifactComparison } from './artifact-difference.ts'

/** One package, built twice. */
export interface Reproduction {
  readonly package: string
  /** Base name of the tarball. */
  readonly artifact: string
  readonly isIdentical: boolean
  /** Of the first and the second tarball. */
  readonly sha256: readonly [string, string]
  readonly durationsMs: readonly [number, number]
  /** What was different around the two builds. */
  readonly varied: readonly Varied[]
  /** What was the same, and why. */
  readonly notVaried: readonly NotVaried[]
  /** Where they are not identical. */
  readonly comparison?: ArtifactComparison | undefined
  /** How the first compares with the tarball of the same version in the cache, whatever that was made of. */
  readonly cached: 'none' | 'same' | 'different'
}

export interface Varied {
  readonly what: string
  readonly first: string
  readonly second: string
}

export interface NotVaried {
  readonly what: string
  readonly why: string
}

import type { ArtifactComparison } from './artifact-difference.ts'

/** One package, built twice. */
export interface Reproduction {
  readonly package: string
  /** Base name of the tarball. */
  readonly artifact: string
  /** The two, and the one in the cache where that was made of the same inputs. */
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
  /** What `comparison` compares: the two builds, or where those are the same, the one in the cache with the first. */
  readonly compared?: 'the two' | 'with the cache'
  /**
   * How the first compares with the tarball of this version in the cache. `different`: although that was made of the same inputs;
   * `other-inputs`: it was not, or nobody knows.
   */
  readonly cached: 'none' | 'same' | 'different' | 'other-inputs'
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

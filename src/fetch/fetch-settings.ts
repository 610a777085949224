import type { Mirror } from './mirrors/parse-mirrors.ts'

export interface FetchSettings {
  /** Ends in `/kiss`. */
  readonly cacheDirectory: string
  readonly mirrors: readonly Mirror[]
  /** Ask the mirrors before upstream, not after it failed. */
  readonly mirrorsFirst: boolean
  /** Sources fetched at the same time. */
  readonly parallel: number
  /** Attempts for one URL without getting any further; an attempt that got new bytes is not counted. */
  readonly attempts: number
  readonly connectTimeoutMs: number
  readonly stallTimeoutMs: number
  /** Before the second attempt; doubled for each one after it, with chance in it. */
  readonly retryDelayMs: number
  /** KISS_GET: the program that fetches from upstream in place of kith. */
  readonly program?: string | undefined
  /** For git, and for what mirrors run. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export const fetchDefaults = {
  mirrorsFirst: false,
  parallel: 4,
  attempts: 4,
  connectTimeoutMs: 30_000,
  stallTimeoutMs: 60_000,
  retryDelayMs: 1_000,
} as const

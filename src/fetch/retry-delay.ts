const longestDelayMs = 30_000
/** A server that asks for a longer pause than this is not waited for. */
export const longestRetryAfterMs = 120_000

export interface RetryRequest {
  /** The attempt that failed, from 1. */
  readonly attempt: number
  readonly baseMs: number
  /** What the server asked for. */
  readonly retryAfterMs?: number | undefined
  /** From 0 to 1: half of the delay is left to chance, so that many clients do not come back all at once. */
  readonly chance: number
}

/** Exponential back-off with jitter, never shorter than what the server asked for. */
export function retryDelayMs({ attempt, baseMs, retryAfterMs = 0, chance }: RetryRequest): number {
  const backoffMs = Math.min(baseMs * 2 ** (attempt - 1), longestDelayMs)
  return Math.round(Math.max(backoffMs * (0.5 + chance / 2), retryAfterMs))
}

/** `Retry-After: 120` or `Retry-After: Fri, 31 Dec 1999 23:59:59 GMT` (RFC 9110, 10.2.3); undefined: not understood. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}

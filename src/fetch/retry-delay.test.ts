import { expect, test } from 'bun:test'
import { parseRetryAfter, retryDelayMs } from './retry-delay.ts'

test('retryDelayMs() doubles, leaves half to chance and has a limit', () => {
  const delays = (chance: number) => [1, 2, 3, 20].map((attempt) => retryDelayMs({ attempt, baseMs: 1000, chance }))

  expect(delays(1)).toEqual([1000, 2000, 4000, 30_000])
  expect(delays(0)).toEqual([500, 1000, 2000, 15_000])
})

test('retryDelayMs() is never shorter than the server asked for', () => {
  expect(retryDelayMs({ attempt: 1, baseMs: 1000, chance: 0, retryAfterMs: 7000 })).toBe(7000)
})

test('parseRetryAfter() reads seconds and dates', () => {
  const nowMs = Date.parse('Fri, 31 Dec 1999 23:59:00 GMT')

  expect(parseRetryAfter('120', nowMs)).toBe(120_000)
  expect(parseRetryAfter('Fri, 31 Dec 1999 23:59:59 GMT', nowMs)).toBe(59_000)
  expect(parseRetryAfter('Fri, 31 Dec 1999 23:00:00 GMT', nowMs)).toBe(0)
  expect(parseRetryAfter('soon', nowMs)).toBeUndefined()
  expect(parseRetryAfter(undefined, nowMs)).toBeUndefined()
})

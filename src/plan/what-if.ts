import { durationOf, type TimingsAnalysis } from './analyse-timings.ts'
import { simulateSchedule } from './simulate-schedule.ts'
import type { Work } from './work-queue.ts'

/** What a build would have taken, had something been different. */
export interface WhatIf {
  /** What was, in the simulation: what all others are to be compared with. */
  readonly asItWasMs: number
  readonly jobs: readonly { readonly jobs: number; readonly totalMs: number }[]
  /** Each of these twice as fast, that which helps most first. */
  readonly faster: readonly { readonly package: string; readonly totalMs: number }[]
}

/** What is longest, or held up others longest, is tried. */
const mostTried = 40
const downloads = 8

/**
 * Simulates the build again with the durations that were recorded and the very queue that builds use: with other numbers of builds
 * at one time, and with single packages twice as fast. That builds share processors is not simulated: one more at a time is as
 * good as that only where there are processors for it.
 */
export function simulateChanges({ items, jobs, criticalPath }: TimingsAnalysis): WhatIf {
  const work = items.map((item): Work => {
    return { id: item.id, kind: item.work, needs: item.needs, durationMs: durationOf(item) }
  })
  const total = (changed: readonly Work[], cores: number): number =>
    simulateSchedule(changed, { cores, downloads }).makespanMs
  const onPath = new Set(criticalPath)
  const tried = items
    .filter((item) => item.work === 'build')
    .toSorted(
      (one, other) => Number(onPath.has(other.id)) - Number(onPath.has(one.id)) || durationOf(other) - durationOf(one),
    )
    .slice(0, mostTried)
  const faster = tried.map((item) => {
    const changed = work.map((one) => (one.id === item.id ? { ...one, durationMs: one.durationMs / 2 } : one))
    return { package: item.package, totalMs: total(changed, jobs) }
  })
  const numbers = [...new Set([jobs - 1, jobs + 1, jobs + 2, jobs * 2, jobs * 4])].filter((one) => one > 0)
  return {
    asItWasMs: total(work, jobs),
    jobs: numbers.sort((one, other) => one - other).map((one) => ({ jobs: one, totalMs: total(work, one) })),
    faster: faster.sort((one, other) => one.totalMs - other.totalMs),
  }
}

import { describe, expect, test } from 'bun:test'
import { lowerBound } from '../scripts/bench-schedule.ts'
import { loadPackages, makeWork } from '../scripts/schedule-graph.ts'
import { simulateSchedule } from '../src/plan/simulate-schedule.ts'

/** Simulated: nothing here is timed. Without ../shared/data the graph is made up. */
const { packages } = loadPackages()

describe('the order in which 571 packages are started', () => {
  for (const model of ['log-normal', 'sources'] as const)
    for (const cores of [2, 8, 64])
      test(`is within a twentieth of what no order beats: ${model}, ${cores} cores`, () => {
        const ratios = [1, 2, 3, 4, 5].map((seed) => {
          const work = makeWork(packages, model, seed)
          return simulateSchedule(work, { cores, downloads: 8 }).makespanMs / lowerBound(work, cores)
        })

        expect(packages.length).toBe(571)
        expect(Math.min(...ratios)).toBeGreaterThanOrEqual(1 - 1e-9)
        expect(Math.max(...ratios)).toBeLessThanOrEqual(1.05)
      })

  test('is the same for the same durations', () => {
    const starts = (): unknown =>
      simulateSchedule(makeWork(packages, 'log-normal', 7), { cores: 8, downloads: 8 }).starts

    expect(starts()).toEqual(starts())
  })
})

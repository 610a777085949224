import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { acyclicDependencies } from './arbitraries.ts'
import { findCriticalPaths } from './critical-path.ts'

describe('findCriticalPaths()', () => {
  test('adds up the longest way to the end', () => {
    const graph = [
      { id: 'end', needs: ['long', 'short', 'absent'], durationMs: 1 },
      { id: 'long', needs: ['start'], durationMs: 50 },
      { id: 'short', needs: ['start', 'start'], durationMs: 2 },
      { id: 'start', needs: [], durationMs: 10 },
      { id: 'apart', needs: [], durationMs: 7 },
    ]

    expect(Object.fromEntries(findCriticalPaths(graph))).toEqual({ end: 1, long: 51, short: 3, start: 61, apart: 7 })
  })

  test('gives everything more than what waits for it, by its own duration at least', () => {
    fc.assert(
      fc.property(acyclicDependencies(), (dependencies) => {
        const graph = [...dependencies].map(([id, needs], index) => ({ id, needs, durationMs: index + 1 }))
        const paths = findCriticalPaths(graph)

        for (const { id, needs } of graph)
          for (const need of needs) {
            const own = graph.find((one) => one.id === need)?.durationMs ?? 0
            expect(paths.get(need) ?? 0).toBeGreaterThanOrEqual((paths.get(id) ?? 0) + own)
          }
      }),
    )
  })

  test('throws for work that waits for itself', () => {
    expect(() =>
      findCriticalPaths([
        { id: 'egg', needs: ['hen'], durationMs: 1 },
        { id: 'hen', needs: ['egg'], durationMs: 1 },
      ]),
    ).toThrow('waits for itself')
  })

  test('walks a chain of 100,000', () => {
    const graph = Array.from({ length: 100_000 }, (_, index) => ({
      id: `${index}`,
      needs: [`${index - 1}`],
      durationMs: 1,
    }))

    expect(findCriticalPaths(graph).get('0')).toBe(100_000)
  })
})

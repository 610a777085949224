import { expect, test } from 'bun:test'
import type { CacheEntry, CacheKind } from '../model/cache-entry.ts'
import { type CleaningPolicy, planCacheCleaning } from './plan-cache-cleaning.ts'

const now = 1_000_000
function entry(kind: CacheKind, name: string, age: number, sizeBytes = 10): CacheEntry {
  return { kind, name, package: name.split(/[@-]/)[0], madeMs: now - age, sizeBytes, paths: [name] }
}

const entries = [
  entry('artifacts', 'a@1', 30),
  entry('artifacts', 'a@2', 20),
  entry('artifacts', 'a@3', 10),
  entry('artifacts', 'b@1', 40),
  entry('earlier', 'a@3 f00', 50),
  entry('layers', 'a-1', 5),
  entry('sources', 'b', 60),
  entry('records', 'durations', 99),
]

function plan(policy: Partial<CleaningPolicy>): string[] {
  return planCacheCleaning(entries, { kinds: [], ...policy }, now).map(({ name }) => name)
}

test('planCacheCleaning() takes what is cheapest to have again first, then the oldest, and no records unless named', () => {
  expect(plan({ olderThanMs: 0 })).toEqual(['a-1', 'a@3 f00', 'b@1', 'a@1', 'a@2', 'a@3', 'b'])
  expect(plan({ kinds: ['records'] })).toEqual(['durations'])
  expect(plan({ olderThanMs: 35 })).toEqual(['a@3 f00', 'b@1', 'b'])
})

test('planCacheCleaning() keeps the newest versions of each package, and takes nothing else then', () => {
  expect(plan({ keepVersions: 1 })).toEqual(['a@1', 'a@2'])
  expect(plan({ keepVersions: 2 })).toEqual(['a@1'])
  expect(plan({ keepVersions: 0, olderThanMs: 15 })).toEqual(['a@3 f00', 'b@1', 'a@1', 'a@2'])
})

test('planCacheCleaning() takes only as much as must go, and only of packages that are not installed', () => {
  expect(plan({ mostBytes: 80 })).toEqual([])
  expect(plan({ mostBytes: 65 })).toEqual(['a-1', 'a@3 f00'])
  expect(plan({ mostBytes: 0 })).toHaveLength(7)
  expect(plan({ exceptPackages: new Set(['a']) })).toEqual(['b@1', 'b'])
})

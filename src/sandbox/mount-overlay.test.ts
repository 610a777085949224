import { expect, test } from 'bun:test'
import { groupLowers, mostLowers } from './mount-overlay.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))

test.each([1, 2, 499, 500])('groupLowers() of %d layers needs no group', (count) => {
  expect(groupLowers(names(count))).toEqual(names(count).map((name) => [name]))
})

test.each([501, 600, 998, 999, 1000, 1001, 2000, 10_000])(
  'groupLowers() of %d layers keeps their order, and no overlay has more than the kernel takes',
  (count) => {
    const groups = groupLowers(names(count))

    expect(groups.flat()).toEqual(names(count))
    expect(groups.length).toBeLessThanOrEqual(mostLowers)
    expect(Math.max(...groups.map((group) => group.length))).toBeLessThanOrEqual(mostLowers)
    expect(groups.at(-1)).toEqual([String(count - 1)])
    expect(groups.filter((group) => group.length > 1).length).toBeLessThanOrEqual(Math.ceil(count / mostLowers))
  },
)

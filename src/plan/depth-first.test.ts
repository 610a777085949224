import { expect, test } from 'bun:test'
import type { PackageName } from '../model/package-name.ts'
import { parsePackageName } from '../model/package-name.ts'
import { walkDepthFirst } from './depth-first.ts'

const name = parsePackageName

test('walkDepthFirst() looks at every edge once, however many ways lead there', () => {
  const layers = 60
  let looked = 0
  // Two packages in each layer, both of which need both of the next: 2^60 ways.
  const edges = (parent: PackageName): PackageName[] => {
    const layer = Number(parent.slice(1)) + 1
    const below = layer < layers ? [name(`a${layer}`), name(`b${layer}`)] : []
    looked += below.length
    return below
  }

  expect([...walkDepthFirst(name('a0'), edges, { done: new Set() })]).toHaveLength(2 * layers - 1)
  expect(looked).toBe(2 * (2 * layers - 3))
})

test('walkDepthFirst() goes on behind a circle when onCycle returns', () => {
  const edges = new Map([
    ['a', ['b', 'c']],
    ['b', ['a']],
  ])
  const cycles: (readonly string[])[] = []
  const order = walkDepthFirst(name('a'), (parent) => (edges.get(parent) ?? []).map(name), {
    done: new Set(),
    onCycle: (cycle) => cycles.push(cycle),
  })

  expect([...order].map(String)).toEqual(['b', 'c', 'a'])
  expect(cycles).toEqual([['a', 'b', 'a']])
})

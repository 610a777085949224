import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Dependency } from '../model/depends.ts'
import { acyclicDependencies } from './arbitraries.ts'
import { graphOf } from './graph-fixture.ts'
import { closureOf, type PackageGraph, restrictGraph, reverseGraph } from './package-graph.ts'

test('reverseGraph() has every edge the other way round, also to names that nobody has', () => {
  const reversed = reverseGraph(graphOf({ a: ['b', 'lost make'], b: [] }))

  expect<unknown>([...reversed]).toEqual([
    ['a', []],
    ['b', [{ name: 'a', kind: 'run' }]],
    ['lost', [{ name: 'a', kind: 'make' }]],
  ])
})

test('reverseGraph() twice is the graph again, whatever the graph', () => {
  fc.assert(
    fc.property(acyclicDependencies(), (dependencies) => {
      const graph: PackageGraph = new Map(
        [...dependencies].map(([name, needs]) => [
          name,
          needs.map((need): Dependency => ({ name: need, kind: 'run' })),
        ]),
      )
      const twice = reverseGraph(reverseGraph(graph))
      const sorted = (one: PackageGraph) => [...one].map(([name, needs]) => [name, needs.map((n) => n.name).sort()])

      expect(sorted(twice).sort()).toEqual(sorted(graph).sort())
    }),
  )
})

test('closureOf() follows edges of the kinds asked for, and ends in a circle', () => {
  const graph = graphOf({ a: ['b', 'c make'], b: ['a'], c: ['d'], d: [] })

  expect<string[]>([...closureOf(graph, [...graph.keys()].slice(0, 1))]).toEqual(['a', 'b', 'c', 'd'])
  expect<string[]>([...closureOf(graph, [...graph.keys()].slice(0, 1), 'run')]).toEqual(['a', 'b'])
})

test('restrictGraph() leaves no edge to a name that was left out', () => {
  const graph = graphOf({ a: ['b', 'c'], b: ['c'], c: [] })
  const names = new Set([...graph.keys()].slice(0, 2))

  expect<unknown>([...restrictGraph(graph, names)]).toEqual([
    ['a', [{ name: 'b', kind: 'run' }]],
    ['b', []],
  ])
})

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Dependency } from '../model/depends.ts'
import { acyclicDependencies } from './arbitraries.ts'
import { countCrossings, exchangeNeighbours } from './graph-crossings.ts'
import { graphOf } from './graph-fixture.ts'
import { layOutLayers, type Place } from './graph-layers.ts'
import { type GraphLayout, layOutGraph, separate } from './graph-layout.ts'
import type { PackageGraph } from './package-graph.ts'

const options = { widthOf: (name: string) => 10 + name.length, gap: 5, layerHeight: 40, rowWidth: 100 }

function boxOf({ boxes }: GraphLayout, name: string) {
  const found = boxes.find((box) => box.name === name)
  if (found === undefined) throw new Error(`no box ${name}`)
  return found
}

test('layOutGraph() has every package once, above what it needs, and no boxes over each other, whatever the graph', () => {
  fc.assert(
    fc.property(acyclicDependencies(), (dependencies) => {
      const graph: PackageGraph = new Map(
        [...dependencies].map(([name, needs]) => [
          name,
          needs.map((need): Dependency => ({ name: need, kind: 'run' })),
        ]),
      )
      const layout = layOutGraph(graph, options)

      expect<unknown>(layout.boxes.map(({ name }) => name).sort()).toEqual([...graph.keys()].sort())
      for (const { from, to, points } of layout.lines) {
        expect(boxOf(layout, from).y).toBeLessThan(boxOf(layout, to).y)
        expect(points.at(0)).toEqual({ x: boxOf(layout, from).x, y: boxOf(layout, from).y })
        expect(points.at(-1)).toEqual({ x: boxOf(layout, to).x, y: boxOf(layout, to).y })
      }
      const edges = [...graph].flatMap(([name, needs]) => needs.map((need) => `${name} ${need.name}`))
      expect(layout.lines.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(edges.sort())
      for (const one of layout.boxes)
        for (const other of layout.boxes)
          if (one.name < other.name && one.y === other.y)
            expect(Math.abs(one.x - other.x)).toBeGreaterThanOrEqual((one.width + other.width) / 2 + options.gap - 1e-6)
      for (const { x, y, width } of layout.boxes) {
        expect(x - width / 2).toBeGreaterThanOrEqual(-1e-6)
        expect(x + width / 2).toBeLessThanOrEqual(layout.width + 1e-6)
        expect(y).toBeLessThanOrEqual(layout.height)
      }
    }),
  )
})

test('layOutGraph() draws circles, and leaves out names that nobody has', () => {
  const layout = layOutGraph(graphOf({ a: ['b'], b: ['a', 'b', 'lost'], c: ['c'] }), options)

  expect<unknown>(layout.boxes.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  expect(layout.lines.map(({ from, to }) => `${from} ${to}`)).toEqual(['a b', 'b a'])
})

test('layOutLayers() untangles what can be drawn without crossings', () => {
  const { rows } = layOutLayers(graphOf({ a: ['z'], b: ['y'], c: ['x'], x: [], y: [], z: [] }))

  expect(countCrossings(rows)).toBe(0)
})

test('countCrossings() counts pairs of lines that cross, as comparing all of them does', () => {
  fc.assert(
    fc.property(acyclicDependencies(), (dependencies) => {
      const graph: PackageGraph = new Map(
        [...dependencies].map(([name, needs]) => [
          name,
          needs.map((need): Dependency => ({ name: need, kind: 'run' })),
        ]),
      )
      const { rows } = layOutLayers(graph)
      let expected = 0
      rows.slice(0, -1).forEach((row, index) => {
        const below = rows[index + 1] ?? []
        const ends = row.flatMap((place, from) => place.below.map((to) => [from, below.indexOf(to)] as const))
        for (const [from, to] of ends) for (const [other, end] of ends) if (from < other && to > end) expected++
      })

      expect(countCrossings(rows)).toBe(expected)
    }),
  )
})

test('separate() keeps the order and the distances, and moves nothing that has room', () => {
  expect(separate([0, 100, 200], [0, 10, 10])).toEqual([0, 100, 200])
  expect(separate([0, 0], [0, 10])).toEqual([-5, 5])
  expect(separate([50, 0, 0], [0, 10, 10])).toEqual([20 / 3, 50 / 3, 80 / 3])
})

test('exchangeNeighbours() untangles crossed lines, and never makes more of them', () => {
  const [a, b, x, y] = [0, 0, 1, 1].map((layer): Place => ({ name: undefined, layer, above: [], below: [] }))
  if (a === undefined || b === undefined || x === undefined || y === undefined) throw new Error('four places')
  for (const [upper, lower] of [
    [a, y],
    [b, x],
  ] as const) {
    upper.below.push(lower)
    lower.above.push(upper)
  }
  const crossed = [
    [a, b],
    [x, y],
  ]
  expect([countCrossings(crossed), countCrossings(exchangeNeighbours(crossed))]).toEqual([1, 0])

  fc.assert(
    fc.property(acyclicDependencies(), fc.infiniteStream(fc.nat()), (dependencies, chance) => {
      const graph: PackageGraph = new Map(
        [...dependencies].map(([name, needs]) => [
          name,
          needs.map((need): Dependency => ({ name: need, kind: 'run' })),
        ]),
      )
      const weigh = (): number => Number(chance.next().value)
      const shuffled = layOutLayers(graph).rows.map((row) => {
        const weighed = row.map((place) => ({ place, weight: weigh() }))
        return weighed.sort((one, other) => one.weight - other.weight).map(({ place }) => place)
      })

      expect(countCrossings(exchangeNeighbours(shuffled))).toBeLessThanOrEqual(countCrossings(shuffled))
    }),
  )
})

import type { PackageName } from '../model/package-name.ts'
import { walkDepthFirst } from './depth-first.ts'
import { countCrossings, exchangeNeighbours } from './graph-crossings.ts'
import { needsOf, type PackageGraph } from './package-graph.ts'

/**
 * A place in a layer: a package, or where an edge passes through a layer between its ends. `above` and `below` are the places in
 * the neighbouring layers that lines go to.
 */
export interface Place {
  /** Undefined where an edge passes. */
  readonly name: PackageName | undefined
  readonly layer: number
  readonly above: Place[]
  readonly below: Place[]
}

/** An edge and the places it goes through, the ends included, from the one that needs to the one that is needed. */
export interface RoutedEdge {
  readonly from: PackageName
  readonly to: PackageName
  readonly route: readonly Place[]
}

export interface Layers {
  /** From top (what nothing needs) to bottom, each from left to right with few crossings. */
  readonly rows: readonly (readonly Place[])[]
  readonly edges: readonly RoutedEdge[]
  readonly places: ReadonlyMap<PackageName, Place>
}

/** Puts every package of the graph above all that it needs; edges that close a circle go upwards. Names that it lacks are left out. */
export function layOutLayers(graph: PackageGraph): Layers {
  const heights = measureHeights(graph)
  const top = Math.max(0, ...heights.values())
  const rows: Place[][] = Array.from({ length: top + 1 }, () => [])
  const places = new Map<PackageName, Place>()
  const put = (name: PackageName | undefined, layer: number): Place => {
    const place: Place = { name, layer, above: [], below: [] }
    rows[layer]?.push(place)
    return place
  }
  for (const name of graph.keys()) places.set(name, put(name, top - (heights.get(name) ?? 0)))
  const edges: RoutedEdge[] = []
  for (const [from, place] of places)
    for (const to of needsOf(graph, from)) {
      const target = places.get(to)
      if (target !== undefined && target !== place) edges.push({ from, to, route: routeEdge(place, target, put) })
    }
  return { rows: orderRows(rows), edges, places }
}

/** How many layers are needed below each package. */
function measureHeights(graph: PackageGraph): Map<PackageName, number> {
  const heights = new Map<PackageName, number>()
  const done = new Set<PackageName>()
  const edges = (name: PackageName): PackageName[] => needsOf(graph, name).filter((need) => graph.has(need))
  for (const root of graph.keys())
    for (const name of walkDepthFirst(root, edges, { done }))
      heights.set(name, Math.max(0, ...edges(name).map((need) => (heights.get(need) ?? -1) + 1)))
  return heights
}

function routeEdge(from: Place, to: Place, put: (name: undefined, layer: number) => Place): Place[] {
  const isDown = from.layer < to.layer
  const [upper, lower] = isDown ? [from, to] : [to, from]
  const route = [upper]
  for (let layer = upper.layer + 1; layer < lower.layer; layer++) route.push(put(undefined, layer))
  if (upper !== lower) route.push(lower)
  route.forEach((place, index) => {
    const next = route[index + 1]
    if (next === undefined) return
    place.below.push(next)
    next.above.push(place)
  })
  return isDown ? route : route.reverse()
}

const sweeps = 12

/** Each place goes to the middle of those it is connected with in the layer before, downwards and upwards in turns. */
function orderRows(rows: readonly Place[][]): Place[][] {
  let best = rows.map((row) => [...row])
  let current = best
  let fewest = countCrossings(best)
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    current = exchangeNeighbours(sweepRows(current, sweep % 2 === 0 ? 'down' : 'up'))
    const crossings = countCrossings(current)
    if (crossings >= fewest) continue
    fewest = crossings
    best = current
  }
  return best
}

function sweepRows(rows: readonly Place[][], direction: 'down' | 'up'): Place[][] {
  const positions = new Map<Place, number>()
  for (const row of rows) row.forEach((place, index) => void positions.set(place, index))
  const ordered = direction === 'down' ? [...rows] : [...rows].reverse()
  const result = ordered.map((row) => {
    const wanted = new Map(
      row.map((place) => [place, middleOf(place, direction === 'down' ? place.above : place.below, positions)]),
    )
    const sorted = [...row].sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0))
    sorted.forEach((place, index) => void positions.set(place, index))
    return sorted
  })
  return direction === 'down' ? result : result.reverse()
}

function middleOf(place: Place, neighbours: readonly Place[], positions: ReadonlyMap<Place, number>): number {
  if (neighbours.length === 0) return positions.get(place) ?? 0
  return neighbours.reduce((sum, one) => sum + (positions.get(one) ?? 0), 0) / neighbours.length
}

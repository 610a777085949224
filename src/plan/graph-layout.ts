import type { PackageName } from '../model/package-name.ts'
import { layOutLayers, type Place, type RoutedEdge } from './graph-layers.ts'
import { needsOf, type PackageGraph, reverseGraph } from './package-graph.ts'

/** A drawing of a graph in layers; lengths are in the unit of `widthOf`. */
export interface GraphLayout {
  readonly width: number
  readonly height: number
  /** `x` and `y` are the middle of the box. */
  readonly boxes: readonly {
    readonly name: PackageName
    readonly x: number
    readonly y: number
    readonly width: number
  }[]
  readonly lines: readonly GraphLine[]
}

export interface GraphLine {
  readonly from: PackageName
  readonly to: PackageName
  readonly kind: 'run' | 'make'
  /** From the middle of the one box to that of the other, through the layers between. */
  readonly points: readonly Point[]
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface LayoutOptions {
  readonly widthOf: (name: PackageName) => number
  readonly gap: number
  readonly layerHeight: number
  /** Packages without any line stand in rows of this width, below the rest. */
  readonly rowWidth: number
}

const passes = 10

/** Packages above what they need, with short lines that seldom cross. */
export function layOutGraph(graph: PackageGraph, options: LayoutOptions): GraphLayout {
  const reversed = reverseGraph(graph)
  const isAlone = (name: PackageName): boolean =>
    needsOf(graph, name).every((need) => !graph.has(need) || need === name) &&
    (reversed.get(name) ?? []).every((dependent) => dependent.name === name)
  const connected = new Map([...graph].filter(([name]) => !isAlone(name)))
  const { rows, edges } = layOutLayers(connected)
  const widthOf = (place: Place): number => (place.name === undefined ? 0 : options.widthOf(place.name))
  const xs = placeRows(rows, { widthOf, gap: options.gap })
  const yOf = ({ layer }: Place): number => (layer + 0.5) * options.layerHeight
  const boxes = rows.flatMap((row) =>
    row.flatMap((place) =>
      place.name === undefined
        ? []
        : [{ name: place.name, x: xs.get(place) ?? 0, y: yOf(place), width: widthOf(place) }],
    ),
  )
  const layersHeight = connected.size === 0 ? 0 : rows.length * options.layerHeight
  const rest = placeAlone([...graph.keys()].filter(isAlone), layersHeight, options)
  const all = [...boxes, ...rest]
  return {
    width: Math.max(0, ...all.map(({ x, width }) => x + width / 2)),
    height: Math.max(layersHeight, ...rest.map(({ y }) => y + options.layerHeight / 4)),
    boxes: all,
    lines: edges.map((edge) => drawLine(edge, graph, (place) => ({ x: xs.get(place) ?? 0, y: yOf(place) }))),
  }
}

function drawLine({ from, to, route }: RoutedEdge, graph: PackageGraph, pointOf: (place: Place) => Point): GraphLine {
  const kind = graph.get(from)?.find(({ name }) => name === to)?.kind ?? 'run'
  return { from, to, kind, points: route.map(pointOf) }
}

interface Spacing {
  readonly widthOf: (place: Place) => number
  readonly gap: number
}

/** Each place as near to the middle of its neighbours as the order in its row leaves room for. The leftmost edge is 0. */
function placeRows(rows: readonly (readonly Place[])[], { widthOf, gap }: Spacing): Map<Place, number> {
  const xs = new Map<Place, number>()
  for (const row of rows) {
    let edge = 0
    for (const place of row) {
      xs.set(place, edge + widthOf(place) / 2)
      edge += widthOf(place) + gap
    }
  }
  for (let pass = 0; pass < passes; pass++) {
    const isDown = pass % 2 === 0
    for (const row of isDown ? rows : [...rows].reverse()) {
      const wanted = row.map((place) => {
        const near = pass >= passes - 2 ? [...place.above, ...place.below] : isDown ? place.above : place.below
        const own = xs.get(place) ?? 0
        return near.length === 0 ? own : near.reduce((sum, one) => sum + (xs.get(one) ?? 0), 0) / near.length
      })
      const distances = row.map((place, index) => (widthOf(row[index - 1] ?? place) + widthOf(place)) / 2 + gap)
      separate(wanted, distances).forEach((x, index) => {
        const place = row[index]
        if (place !== undefined) xs.set(place, x)
      })
    }
  }
  const left = Math.min(...[...xs].map(([place, x]) => x - widthOf(place) / 2))
  for (const [place, x] of xs) xs.set(place, x - left)
  return xs
}

/**
 * Positions in the order given, each at least `distances[i]` after the one before, with the least sum of squared moves from
 * `wanted`: those that want the same room form blocks, which stand at the mean of what their members want.
 */
export function separate(wanted: readonly number[], distances: readonly number[]): number[] {
  const offsets: number[] = []
  wanted.forEach((_, index) => void offsets.push(index === 0 ? 0 : (offsets[index - 1] ?? 0) + (distances[index] ?? 0)))
  const blocks: { sum: number; count: number }[] = []
  wanted.forEach((want, index) => {
    let block = { sum: want - (offsets[index] ?? 0), count: 1 }
    for (let before = blocks.at(-1); before !== undefined; before = blocks.at(-1)) {
      if (before.sum / before.count <= block.sum / block.count) break
      block = { sum: before.sum + block.sum, count: before.count + block.count }
      blocks.pop()
    }
    blocks.push(block)
  })
  const starts = blocks.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count))
  return starts.map((start, index) => start + (offsets[index] ?? 0))
}

function placeAlone(names: readonly PackageName[], top: number, options: LayoutOptions): GraphLayout['boxes'] {
  const { widthOf, gap, layerHeight, rowWidth } = options
  let edge = 0
  let y = top + layerHeight / 2
  return names.map((name) => {
    const width = widthOf(name)
    if (edge > 0 && edge + width > rowWidth) {
      edge = 0
      y += layerHeight / 2
    }
    const x = edge + width / 2
    edge += width + gap
    return { name, x, y, width }
  })
}

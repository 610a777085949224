import { type GraphLayout, type GraphLine, layOutGraph, type Point } from '../../plan/graph-layout.ts'
import type { PackageGraph } from '../../plan/package-graph.ts'

const layerHeight = 72
const boxHeight = 26
const margin = 16
/** Of a letter at 13 pixels, as wide as the usual fonts have them. */
const letterWidth = 7.4

/** The graph as a picture: packages above what they need, dashed lines to what is only needed to build. Light and dark. */
export function printSvg(graph: PackageGraph): string {
  const layout = layOutGraph(graph, {
    widthOf: (name) => Math.round([...name].length * letterWidth + 20),
    gap: 14,
    layerHeight,
    rowWidth: Math.max(900, Math.sqrt(graph.size) * 160),
  })
  const width = Math.ceil(layout.width + 2 * margin)
  const height = Math.ceil(layout.height + 2 * margin)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="packages" width="${width}" height="${height}" viewBox="${-margin} ${-margin} ${width} ${height}" role="img" aria-label="Packages and what they need">`,
    `<style>${style}</style>`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" class="head"/></marker></defs>',
    ...layout.lines.map(drawLine),
    ...layout.boxes.map(drawBox),
    '</svg>',
  ].join('\n')
}

/** Only for this picture: a page that holds it has others. */
const style = [
  '.packages text{font:13px system-ui,"DejaVu Sans",sans-serif;text-anchor:middle;fill:#1c2733}',
  '.packages rect{fill:#f4f7fb;stroke:#5b7a9d;stroke-width:1}',
  '.packages .line{fill:none;stroke:#7d93ab;stroke-width:1.1}.packages .make{stroke-dasharray:4 3;stroke:#b58a3c}',
  '.packages .head{fill:#7d93ab}',
  '@media(prefers-color-scheme:dark){.packages text{fill:#dce6f0}.packages rect{fill:#1d2936;stroke:#6d8db0}',
  '.packages .line{stroke:#56708a}.packages .make{stroke:#a8853f}.packages .head{fill:#56708a}}',
].join('')

function drawBox({ name, x, y, width }: GraphLayout['boxes'][number]): string {
  const text = escapeXml(name)
  const place = `x="${round(x - width / 2)}" y="${round(y - boxHeight / 2)}" width="${width}" height="${boxHeight}" rx="5"`
  return `<g><title>${text}</title><rect ${place}/><text x="${round(x)}" y="${round(y + 4.5)}">${text}</text></g>`
}

/** From the edge of one box to that of the other. */
function drawLine({ from, to, kind, points }: GraphLine): string {
  const isDown = (points[0]?.y ?? 0) <= (points.at(-1)?.y ?? 0)
  const shift = (isDown ? boxHeight : -boxHeight) / 2
  const ends = points.map(({ x, y }, index) => {
    const moved = index === 0 ? shift : index === points.length - 1 ? -shift : 0
    return { x, y: y + moved }
  })
  const title = `${from} needs ${to}${kind === 'make' ? ' to be built' : ''}`
  return `<path class="line${kind === 'make' ? ' make' : ''}" d="${drawCurve(ends)}" marker-end="url(#end)"><title>${escapeXml(title)}</title></path>`
}

/** A curve that leaves and arrives upright, and between goes on as it came: no steps at the layers it passes. */
function drawCurve(points: readonly Point[]): string {
  const slopes = points.map((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]]
    if (before === undefined || after === undefined) return 0
    const [first, second] = [slopeOf(before, point), slopeOf(point, after)]
    return first * second <= 0 ? 0 : (2 * first * second) / (first + second)
  })
  const pieces = points.slice(1).map((point, index) => {
    const before = points[index] ?? point
    const third = (point.y - before.y) / 3
    const leaving = `${round(before.x + third * (slopes[index] ?? 0))} ${round(before.y + third)}`
    const arriving = `${round(point.x - third * (slopes[index + 1] ?? 0))} ${round(point.y - third)}`
    return `C${leaving} ${arriving} ${round(point.x)} ${round(point.y)}`
  })
  return `M${round(points[0]?.x ?? 0)} ${round(points[0]?.y ?? 0)}${pieces.join('')}`
}

/** How far a line goes sideways for each step down. */
function slopeOf(from: Point, to: Point): number {
  return to.y === from.y ? 0 : (to.x - from.x) / (to.y - from.y)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Text for XML, between tags or in attributes. Names of packages may hold anything but control characters. */
export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '')
}

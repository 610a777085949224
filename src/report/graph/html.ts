import type { PackageName } from '../../model/package-name.ts'
import type { PackageGraph } from '../../plan/package-graph.ts'
import page from './page.html.txt' with { type: 'text' }
import { printSvg } from './svg.ts'

/** What the page shows of a package besides what it needs. */
export interface PackageLabels {
  readonly version: string | undefined
  readonly installed: string | undefined
  readonly description: string | undefined
}

export interface PageOptions {
  /** The package that is shown first. */
  readonly start: PackageName | undefined
  readonly labelsOf: (name: PackageName) => PackageLabels
}

/**
 * A page of HTML that needs nothing else: a list to search, and for each package trees to unfold of what it needs and what needs
 * it. A graph of moderate size is drawn as a whole too. The page runs no script but its own, and loads nothing.
 */
export function printHtml(graph: PackageGraph, { start, labelsOf }: PageOptions): string {
  const packages = [...graph].map(([name, needs]) => ({
    name,
    ...labelsOf(name),
    needs: needs.map((need) => ({ name: need.name, ...(need.kind === 'make' ? { make: true } : {}) })),
  }))
  const picture = graph.size <= mostDrawn ? printSvg(graph) : undefined
  // Nothing in a script element may look like its end, or like a comment.
  const data = JSON.stringify({ packages, start, picture }).replaceAll('<', '\\u003c')
  const [before, after = ''] = page.split('{"packages":[]}')
  return before + data + after
}

/** More boxes than one looks at. */
const mostDrawn = 120

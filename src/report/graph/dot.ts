import type { PackageGraph } from '../../plan/package-graph.ts'

/** The graph in Graphviz's language: dashed lines to what is only needed to build. */
export function printDot(graph: PackageGraph): string {
  const lines = [...graph].flatMap(([name, needs]) => [
    `  ${quote(name)};`,
    ...needs.map((need) => `  ${quote(name)} -> ${quote(need.name)}${need.kind === 'make' ? ' [style=dashed]' : ''};`),
  ])
  return ['digraph packages {', '  node [shape=box];', ...lines, '}'].join('\n')
}

function quote(name: string): string {
  return `"${name.replace(/[\\"]/g, (character) => `\\${character}`)}"`
}

import { versionLabel } from '../../model/version.ts'
import { findRoots } from '../../plan/chains.ts'
import { layOutTree } from '../../plan/dependency-tree.ts'
import { reverseGraph } from '../../plan/package-graph.ts'
import { lineArt } from '../../report/terminal/line-art.ts'
import { renderTreeLine } from '../../report/terminal/tree-line.ts'
import type { Command } from '../command.ts'
import { chooseGraph } from '../graph-source.ts'
import { parseArgument } from '../workspace.ts'

/**
 * What packages need, as a tree; without names all that nothing else needs. What stands above already is folded: `(*)`. With
 * --reverse what needs them; without names then all that need nothing.
 */
export const tree: Command = async (invocation) => {
  const { arguments: words, options, environment, show } = invocation
  const names = words.map(parseArgument)
  const { graph: forward, versionOf } = chooseGraph(invocation, names)
  const graph = options.has('--reverse') ? reverseGraph(forward) : forward
  const art = lineArt(environment)
  const roots = names.length > 0 ? names : findRoots(graph)
  for (const line of layOutTree(graph, roots, { withMake: options.has('--make') })) {
    const version = versionOf(line.name)
    const { name, kind: type, state, follows } = line
    const item = { kind: 'tree-line', name, ...version, depth: follows.length, type, state }
    show(renderTreeLine(line, { version: version && versionLabel(version), art }), item)
  }
  return 0
}

import type { PackageName } from '../../model/package-name.ts'
import { findChains, findRoots } from '../../plan/chains.ts'
import { renderChain } from '../../report/terminal/chain-line.ts'
import type { Command, Invocation } from '../command.ts'
import { chooseGraph, type GraphSource } from '../graph-source.ts'
import { namedPackages } from '../installed-named.ts'

/**
 * `<package> -> … -> <name>` per line: the chains of needs that lead to a package, from packages that nothing else needs, the
 * shortest first. Status 1 where nothing needs one of them.
 */
export const why: Command = async (invocation) => {
  const names = namedPackages(invocation.arguments)
  const source = chooseGraph(invocation, names)
  const roots = findRoots(source.graph)
  const counts = names.map((name) => tellChains(name, { source, roots }, invocation))
  return counts.every((count) => count > 0) ? 0 : 1
}

function tellChains(
  target: PackageName,
  { source, roots }: { readonly source: GraphSource; readonly roots: readonly PackageName[] },
  { options, context, show }: Invocation,
): number {
  const chains = findChains(source.graph, target, roots)
  const shown = options.has('--no-limit') || options.has('--json') ? chains : chains.slice(0, shownAtOnce)
  for (const chain of shown) show(renderChain(chain), { kind: 'chain', name: target, of: source.kind, chain })
  const say = (text: string): void => context.emit({ kind: 'notice', level: 'info', package: target, text })
  if (chains.length > shown.length) say(`${chains.length - shown.length} more with --no-limit`)
  if (chains.length === 0)
    say(source.kind === 'installed' ? 'is installed, and nothing that is installed needs it' : 'no recipe needs it')
  return chains.length
}

const shownAtOnce = 20

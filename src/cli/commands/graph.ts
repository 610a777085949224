import { KithError } from '../../errors/kith-error.ts'
import type { PackageName } from '../../model/package-name.ts'
import { versionLabel } from '../../model/version.ts'
import { findRoots } from '../../plan/chains.ts'
import { closureOf, type PackageGraph, restrictGraph } from '../../plan/package-graph.ts'
import { firstParagraph, readReadme } from '../../recipe/readme.ts'
import { findRecipe } from '../../recipe/repositories.ts'
import { printDot } from '../../report/graph/dot.ts'
import type { PackageLabels } from '../../report/graph/html.ts'
import { databasePath } from '../../store/installed-database.ts'
import type { Command, Invocation } from '../command.ts'
import { chooseGraph, type GraphSource } from '../graph-source.ts'
import { parseArgument } from '../workspace.ts'

/**
 * What packages need, or everything, as a graph: in Graphviz's language, with --svg as a picture, with --html as a page to search
 * and fold. With --json the packages, one by one.
 */
export const graph: Command = async (invocation) => {
  const { arguments: words, options, show } = invocation
  if (options.has('--svg') && options.has('--html'))
    throw new KithError('invalid-argument', { argument: '--svg --html', expected: 'one of them' })
  const names = words.map(parseArgument)
  const source = chooseGraph(invocation, names)
  const chosen = names.length === 0 ? source.graph : restrict(source.graph, names)
  if (options.has('--json')) {
    for (const [name, needs] of chosen) show('', { kind: 'package', name, ...source.versionOf(name), needs })
    return 0
  }
  show(await print({ chosen, start: names[0] }, source, invocation), { kind: 'graph' })
  return 0
}

/** The packages and everything that they need; a name that nobody has stays as one that is needed. */
function restrict(all: PackageGraph, names: readonly PackageName[]): PackageGraph {
  return restrictGraph(all, closureOf(all, names))
}

async function print(
  { chosen, start }: { readonly chosen: PackageGraph; readonly start: PackageName | undefined },
  source: GraphSource,
  { config, options }: Invocation,
): Promise<string> {
  if (options.has('--svg')) return (await import('../../report/graph/svg.ts')).printSvg(chosen)
  if (!options.has('--html')) return printDot(chosen)
  const { printHtml } = await import('../../report/graph/html.ts')
  const repositories = [...config.repositories, config.root + databasePath]
  const labelsOf = (name: PackageName): PackageLabels => {
    const directory = findRecipe(name, repositories)
    const readme = directory === undefined ? undefined : readReadme(directory)
    const version = source.versionOf(name)
    const installed = source.installed.get(name)?.version
    return {
      version: version && versionLabel(version),
      installed: installed && versionLabel(installed),
      description: readme && firstParagraph(readme.text),
    }
  }
  return printHtml(chosen, { start: start ?? findRoots(chosen)[0], labelsOf })
}

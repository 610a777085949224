import type { PackageName } from '../model/package-name.ts'
import { type Count, countEach, sortCounts } from './counts.ts'
import { walkDepthFirst } from './depth-first.ts'
import { closureOf, type EdgeKinds, needsOf, type PackageGraph } from './package-graph.ts'

export interface GraphStatistics {
  readonly edges: number
  readonly runEdges: number
  readonly makeEdges: number
  readonly withoutDependencies: number
  /** Circles as they were met, the first name again at the end. */
  readonly cycles: readonly (readonly PackageName[])[]
  /** Names that are needed and nobody has, with those that need them. */
  readonly dangling: readonly { readonly name: PackageName; readonly neededBy: readonly PackageName[] }[]
  /** The most that have to be built one after the other; edges that close a circle left out. */
  readonly longestChain: readonly PackageName[]
  readonly longestRunChain: readonly PackageName[]
  readonly mostNeeded: readonly Count[]
  readonly mostNeededToRun: readonly Count[]
  readonly mostNeededToBuild: readonly Count[]
  readonly largestDepends: readonly Count[]
  /** Everything that a package needs, however far, itself not counted. */
  readonly largestClosures: readonly Count[]
}

export function measureGraph(graph: PackageGraph): GraphStatistics {
  const edges = [...graph].flatMap(([from, needs]) => needs.map(({ name, kind }) => ({ from, name, kind })))
  const runs = edges.filter(({ kind }) => kind === 'run')
  const makes = edges.filter(({ kind }) => kind === 'make')
  const dangling = new Map<PackageName, PackageName[]>()
  for (const { from, name } of edges) if (!graph.has(name)) dangling.set(name, [...(dangling.get(name) ?? []), from])
  const { chain, cycles } = findLongestChain(graph, 'all')
  const perPackage = (sizeOf: (name: PackageName) => number): Count[] =>
    sortCounts([...graph.keys()].map((name) => ({ name, count: sizeOf(name) }))).filter(({ count }) => count > 0)
  return {
    edges: edges.length,
    runEdges: runs.length,
    makeEdges: makes.length,
    withoutDependencies: [...graph.values()].filter(({ length }) => length === 0).length,
    cycles,
    dangling: [...dangling].map(([name, neededBy]) => ({ name, neededBy })),
    longestChain: chain,
    longestRunChain: findLongestChain(graph, 'run').chain,
    mostNeeded: countEach(edges.map(({ name }) => name)),
    mostNeededToRun: countEach(runs.map(({ name }) => name)),
    mostNeededToBuild: countEach(makes.map(({ name }) => name)),
    largestDepends: perPackage((name) => graph.get(name)?.length ?? 0),
    largestClosures: perPackage((name) => closureOf(graph, [name]).size - 1),
  }
}

/** In depth-first order everything that a name needs has its length before the name has. */
function findLongestChain(
  graph: PackageGraph,
  kinds: EdgeKinds,
): { readonly chain: PackageName[]; readonly cycles: (readonly PackageName[])[] } {
  const lengths = new Map<PackageName, number>()
  const next = new Map<PackageName, PackageName>()
  const cycles: (readonly PackageName[])[] = []
  const done = new Set<PackageName>()
  const edges = (name: PackageName): readonly PackageName[] => needsOf(graph, name, kinds)
  let start: PackageName | undefined
  for (const root of graph.keys())
    for (const name of walkDepthFirst(root, edges, { done, onCycle: (cycle) => void cycles.push(cycle) })) {
      let length = 0
      for (const need of edges(name))
        if ((lengths.get(need) ?? 0) > length) {
          length = lengths.get(need) ?? 0
          next.set(name, need)
        }
      lengths.set(name, length + 1)
      if (length + 1 > (start === undefined ? 0 : (lengths.get(start) ?? 0))) start = name
    }
  const chain: PackageName[] = []
  for (let name = start; name !== undefined; name = next.get(name)) chain.push(name)
  return { chain, cycles }
}

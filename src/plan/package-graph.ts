import type { Dependency } from '../model/depends.ts'
import type { PackageName } from '../model/package-name.ts'

/** Who depends on what, in the order of the depends files. A name that is needed and no key is in no repository, or not installed. */
export type PackageGraph = ReadonlyMap<PackageName, readonly Dependency[]>

/** Which edges count: all, or only what is needed to run. */
export type EdgeKinds = 'all' | 'run'

/** The names that `name` needs; none for a name that the graph does not have. */
export function needsOf(graph: PackageGraph, name: PackageName, kinds: EdgeKinds = 'all'): readonly PackageName[] {
  const needs = graph.get(name) ?? []
  return (kinds === 'all' ? needs : needs.filter(({ kind }) => kind === 'run')).map((need) => need.name)
}

/** The same graph seen from the other side: each name with those that need it, in the order of the graph. */
export function reverseGraph(graph: PackageGraph): Map<PackageName, Dependency[]> {
  const reversed = new Map<PackageName, Dependency[]>([...graph.keys()].map((name) => [name, []]))
  for (const [name, needs] of graph)
    for (const need of needs) {
      const dependents = reversed.get(need.name) ?? []
      dependents.push({ name, kind: need.kind })
      reversed.set(need.name, dependents)
    }
  return reversed
}

/** `roots` and everything that they need, however far: breadth first, each once. */
export function closureOf(
  graph: PackageGraph,
  roots: Iterable<PackageName>,
  kinds: EdgeKinds = 'all',
): Set<PackageName> {
  const closure = new Set(roots)
  // Names added while the set is walked are walked too.
  for (const name of closure) for (const need of needsOf(graph, name, kinds)) closure.add(need)
  return closure
}

/** What is left of `graph` when only `names` are looked at. */
export function restrictGraph(graph: PackageGraph, names: ReadonlySet<PackageName>): PackageGraph {
  const kept = [...graph].filter(([name]) => names.has(name))
  return new Map(kept.map(([name, needs]) => [name, needs.filter((need) => names.has(need.name))]))
}

/** The same graph with edges that lead to what provides a name, where nothing has it; all of several. */
export function withProviders(
  graph: PackageGraph,
  providersOf: (name: PackageName) => readonly PackageName[],
): PackageGraph {
  const isWhole = [...graph.values()].every((needs) => needs.every(({ name }) => graph.has(name)))
  if (isWhole) return graph
  const lead = (need: Dependency): Dependency[] => {
    const providers = graph.has(need.name) ? [] : providersOf(need.name)
    return providers.length === 0 ? [need] : providers.map((name) => ({ name, kind: need.kind }))
  }
  return new Map([...graph].map(([name, needs]) => [name, needs.flatMap(lead)]))
}

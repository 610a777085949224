import type { Dependency } from '../model/depends.ts'
import type { PackageName } from '../model/package-name.ts'
import { needsOf, type PackageGraph, reverseGraph } from './package-graph.ts'

/** A link of a chain: who, and how the one before needs it. */
export interface ChainLink {
  readonly name: PackageName
  /** Undefined for the first. */
  readonly kind: Dependency['kind'] | undefined
}

export type Chain = readonly ChainLink[]

/**
 * Why `target` is there: chains of needs from `roots` to it, the shortest first. There is one from each root that leads to it, and
 * one through each package that needs it directly, all of them shortest; where no root is above such a package it begins there.
 */
export function findChains(graph: PackageGraph, target: PackageName, roots: readonly PackageName[]): Chain[] {
  const reversed = reverseGraph(graph)
  const found = new Map<string, Chain>()
  const add = (names: readonly PackageName[]): void => {
    found.set(names.join('\n'), linkUp(graph, names))
  }
  const next = walkUp(reversed, target)
  for (const root of roots) {
    const names = follow(next, root)
    if (root !== target && names.at(-1) === target) add(names)
  }
  const above = walkDown(graph, target, roots)
  for (const { name } of reversed.get(target) ?? [])
    if (name !== target) add([...follow(above, name).reverse(), target])
  return [...found.values()].sort(compareChains)
}

/** Names that no other one needs: where chains begin. Those that only need themselves in a circle are none. */
export function findRoots(graph: PackageGraph): PackageName[] {
  const needed = new Set(
    [...graph].flatMap(([name, needs]) => needs.filter((need) => need.name !== name)).map(({ name }) => name),
  )
  return [...graph.keys()].filter((name) => !needed.has(name))
}

type Steps = ReadonlyMap<PackageName, PackageName | undefined>

/** For each name above `target`, the next on a shortest way down to it. */
function walkUp(reversed: PackageGraph, target: PackageName): Steps {
  const next = new Map<PackageName, PackageName | undefined>([[target, undefined]])
  // Names added while the map is walked are walked too: breadth first.
  for (const [name] of next) {
    for (const dependent of reversed.get(name) ?? []) if (!next.has(dependent.name)) next.set(dependent.name, name)
  }
  return next
}

/** For each name below `roots`, the one before it on the shortest way there that does not pass `target`. */
function walkDown(graph: PackageGraph, target: PackageName, roots: readonly PackageName[]): Steps {
  const before = new Map<PackageName, PackageName | undefined>(roots.map((root) => [root, undefined]))
  for (const [name] of before)
    if (name !== target) for (const need of needsOf(graph, name)) if (!before.has(need)) before.set(need, name)
  return before
}

function follow(steps: Steps, from: PackageName): PackageName[] {
  const names = [from]
  for (let step = steps.get(from); step !== undefined; step = steps.get(step)) names.push(step)
  return names
}

function linkUp(graph: PackageGraph, names: readonly PackageName[]): Chain {
  return names.map((name, index) => {
    const before = names[index - 1]
    const need = before === undefined ? undefined : graph.get(before)?.find((one) => one.name === name)
    return { name, kind: need?.kind }
  })
}

/** The shortest first; of the same length those with less that is only needed to build. */
function compareChains(one: Chain, other: Chain): number {
  const text = (chain: Chain): string => chain.map(({ name }) => name).join('\n')
  const makes = (chain: Chain): number => chain.filter(({ kind }) => kind === 'make').length
  return one.length - other.length || makes(one) - makes(other) || (text(one) < text(other) ? -1 : 1)
}

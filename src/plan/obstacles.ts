import type { Dependency } from '../model/depends.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Problem } from '../model/problem.ts'
import { walkDepthFirst } from './depth-first.ts'

/** Something that keeps a package from being built, with the way from it to there. */
export type Obstacle =
  /** Nothing has `name`, which the last but one of `chain` needs. */
  | { readonly kind: 'missing'; readonly name: PackageName; readonly chain: readonly PackageName[] }
  /** The recipe of `name` cannot be used as it is. */
  | {
      readonly kind: 'broken'
      readonly name: PackageName
      readonly chain: readonly PackageName[]
      readonly problems: readonly Problem[]
    }
  /** Each needs the next, the last is the first again. */
  | { readonly kind: 'circle'; readonly cycle: readonly PackageName[]; readonly chain: readonly PackageName[] }

/** What is known of a recipe. */
export interface Candidate {
  readonly dependencies: readonly Dependency[]
  readonly problems: readonly Problem[]
}

export interface ObstacleWorld {
  readonly candidateOf: (name: PackageName) => Candidate | undefined
  readonly installed: ReadonlySet<PackageName>
}

export interface ObstacleSearch {
  readonly obstacles: readonly Obstacle[]
  /** What a build of the target would build or take from the cache: all that it needs and is not installed, and itself. */
  readonly needed: readonly PackageName[]
}

/** Everything at once that stands in the way of building `target`: what is installed already is not looked behind. */
export function findObstacles(target: PackageName, { candidateOf, installed }: ObstacleWorld): ObstacleSearch {
  const obstacles: Obstacle[] = []
  const before = new Map<PackageName, PackageName | undefined>([[target, undefined]])
  const edges = (name: PackageName): readonly PackageName[] => {
    const needs = (candidateOf(name)?.dependencies ?? []).map((need) => need.name)
    return needs.filter((need) => need === target || !installed.has(need))
  }
  // Names added while the map is walked are walked too: breadth first, so that each chain is a shortest one.
  for (const [name] of before) for (const need of edges(name)) if (!before.has(need)) before.set(need, name)
  const chainTo = (name: PackageName): PackageName[] => {
    const chain = [name]
    for (let step = before.get(name); step !== undefined; step = before.get(step)) chain.unshift(step)
    return chain
  }
  const onCycle = (cycle: readonly PackageName[]): void => {
    const [first = target] = cycle
    obstacles.push({ kind: 'circle', cycle, chain: chainTo(first) })
  }
  const needed: PackageName[] = []
  for (const name of walkDepthFirst(target, edges, { done: new Set(), onCycle })) {
    needed.push(name)
    const candidate = candidateOf(name)
    if (candidate === undefined) obstacles.push({ kind: 'missing', name, chain: chainTo(name) })
    else if (candidate.problems.length > 0)
      obstacles.push({ kind: 'broken', name, chain: chainTo(name), problems: candidate.problems })
  }
  return { obstacles, needed }
}

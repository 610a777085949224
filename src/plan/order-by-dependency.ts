import type { PackageName } from '../model/package-name.ts'
import { type DependenciesOf, walkDepthFirst } from './depth-first.ts'

/**
 * `names` without duplicates, each after all of them that it needs, however far: what list, install and build begin with.
 * Removal goes the other way round. Where dependencies are circular or missing there still is an order, since what is
 * installed has to be listed and removed whatever its depends files say.
 */
export function orderByDependency(names: readonly PackageName[], dependenciesOf: DependenciesOf): PackageName[] {
  const wanted = new Set(names)
  // One alone has its place without looking at all that is behind it.
  if (wanted.size < 2) return [...wanted]
  const done = new Set<PackageName>()
  const order: PackageName[] = []
  for (const root of wanted)
    for (const name of walkDepthFirst(root, (parent) => dependenciesOf(parent) ?? [], { done }))
      if (wanted.has(name)) order.push(name)
  return order
}

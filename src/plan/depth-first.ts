import type { PackageName } from '../model/package-name.ts'

/** Dependencies of a package in the order of its depends file; undefined: nothing provides it. */
export type DependenciesOf = (name: PackageName) => readonly PackageName[] | undefined

export interface DepthFirstOptions {
  /** Names that were left already: neither they nor what is below them is visited again. Grows by every name that is left. */
  readonly done: Set<PackageName>
  /** Gets a circle, its first name again at its end; the edge that closes it is ignored when this returns. */
  readonly onCycle?: (cycle: readonly PackageName[]) => void
}

interface Step {
  readonly name: PackageName
  readonly rest: Iterator<PackageName>
}

/**
 * Everything below `root` and `root` itself, each name after all that it needs, in the order in which the edges are given. Holds
 * its own stack, so that a chain of any length is walked; every edge is looked at once.
 */
export function* walkDepthFirst(
  root: PackageName,
  edges: (name: PackageName) => readonly PackageName[],
  { done, onCycle }: DepthFirstOptions,
): Generator<PackageName> {
  if (done.has(root)) return
  const steps: Step[] = [{ name: root, rest: edges(root).values() }]
  const open = new Set([root])
  for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
    const { value, done: isLast } = step.rest.next()
    if (isLast === true || value === undefined) {
      steps.pop()
      open.delete(step.name)
      done.add(step.name)
      yield step.name
    } else if (open.has(value)) {
      onCycle?.([...open].slice([...open].indexOf(value)).concat(value))
    } else if (!done.has(value)) {
      steps.push({ name: value, rest: edges(value).values() })
      open.add(value)
    }
  }
}

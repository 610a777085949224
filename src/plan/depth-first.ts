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
  readonly needs: readonly PackageName[]
  /** Which of them is looked at next. */
  next: number
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
  const steps: Step[] = [{ name: root, needs: edges(root), next: 0 }]
  const open = new Set([root])
  for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
    const need = step.needs[step.next++]
    if (need === undefined) {
      steps.pop()
      open.delete(step.name)
      done.add(step.name)
      yield step.name
    } else if (open.has(need)) {
      onCycle?.([...open].slice([...open].indexOf(need)).concat(need))
    } else if (!done.has(need)) {
      steps.push({ name: need, needs: edges(need), next: 0 })
      open.add(need)
    }
  }
}

import type { Dependency } from '../model/depends.ts'
import type { PackageName } from '../model/package-name.ts'
import type { PackageGraph } from './package-graph.ts'

/** One line of a tree. */
export interface TreeLine {
  readonly name: PackageName
  /** How the one above needs it, or in a reversed tree is needed by it; undefined for a root. */
  readonly kind: Dependency['kind'] | undefined
  /** For each level from the root's children down to this line: whether more follows there. Empty for a root. */
  readonly follows: readonly boolean[]
  /**
   * `open`: what is below it follows. `folded`: it stands above already, with all below it. `circle`: it is being shown, right
   * above. `missing`: the graph does not have it.
   */
  readonly state: 'open' | 'folded' | 'circle' | 'missing'
}

export interface TreeOptions {
  readonly withMake: boolean
}

interface Branch {
  readonly rest: Dependency[]
  readonly name: PackageName
}

/**
 * The tree below each of `roots`, line by line. What stands in the tree already is folded where something is below it, so that
 * there are never more lines than edges. Holds its own stack: a chain may be of any length.
 */
export function* layOutTree(
  graph: PackageGraph,
  roots: readonly PackageName[],
  { withMake }: TreeOptions,
): Generator<TreeLine> {
  const shown = new Set<PackageName>()
  const open = new Set<PackageName>()
  const below = (name: PackageName): Dependency[] =>
    (graph.get(name) ?? []).filter(({ kind }) => withMake || kind === 'run')
  for (const root of roots) {
    const state = stateOf(root)
    yield { name: root, kind: undefined, follows: [], state }
    if (state !== 'open') continue
    const branches: Branch[] = [enter(root)]
    for (let branch = branches.at(-1); branch !== undefined; branch = branches.at(-1)) {
      const next = branch.rest.shift()
      if (next === undefined) {
        branches.pop()
        open.delete(branch.name)
        continue
      }
      const line = { ...next, follows: branches.map(({ rest }) => rest.length > 0) }
      const nextState = open.has(next.name) ? 'circle' : stateOf(next.name)
      yield { ...line, state: nextState }
      if (nextState === 'open') branches.push(enter(next.name))
    }
  }

  function enter(name: PackageName): Branch {
    shown.add(name)
    open.add(name)
    return { name, rest: [...below(name)] }
  }

  function stateOf(name: PackageName): 'open' | 'folded' | 'missing' {
    if (!graph.has(name)) return 'missing'
    return shown.has(name) && below(name).length > 0 ? 'folded' : 'open'
  }
}

import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { type DependenciesOf, walkDepthFirst } from './depth-first.ts'
import { orderByDependency } from './order-by-dependency.ts'

export interface BuildOrderOptions {
  readonly dependenciesOf: DependenciesOf
  readonly installed: ReadonlySet<PackageName>
  /** KISS_FORCE: only the targets, and no dependency is asked for. */
  readonly isForced?: boolean
}

export interface BuildOrder {
  /** Everything to be built or taken from the cache, first to last: `implicit`, then `explicit`. */
  readonly order: readonly PackageName[]
  /** Targets that no other target needs: what is offered for installation at the end. */
  readonly explicit: readonly PackageName[]
  /** Dependencies that are not installed, and targets that another target needs. */
  readonly implicit: readonly PackageName[]
  /** All targets: they are built even when the cache has them. Everything else may come from there. */
  readonly alwaysRebuild: ReadonlySet<PackageName>
}

/**
 * What `build` queues for its targets (in the order of the command line): depth first over the depends files, make and runtime
 * dependencies alike. Dependencies that are installed and not named are left alone, with all that is behind them. Throws
 * `dependency-cycle` with the whole circle, `dependencies-missing` with every name that nothing provides.
 */
export function planBuildOrder(targets: readonly PackageName[], options: BuildOrderOptions): BuildOrder {
  const { dependenciesOf, installed, isForced = false } = options
  const ordered = orderByDependency(targets, dependenciesOf)
  const alwaysRebuild = new Set(ordered)
  const neededBy = new Map<PackageName, Set<PackageName>>()
  const edges = (name: PackageName): readonly PackageName[] => {
    const dependencies = dependenciesOf(name)
    if (dependencies === undefined) neededBy.set(name, neededBy.get(name) ?? new Set())
    if (dependencies === undefined || isForced) return []
    const needed = dependencies.filter((dependency) => alwaysRebuild.has(dependency) || !installed.has(dependency))
    for (const dependency of needed) if (dependenciesOf(dependency) === undefined) addTo(neededBy, dependency, name)
    return needed
  }
  const implicit = collectImplicit(ordered, edges)
  if (neededBy.size > 0) throw missingError(neededBy)
  const isImplicit = new Set(implicit)
  const explicit = ordered.filter((name) => !isImplicit.has(name))
  return { order: [...implicit, ...explicit], explicit, implicit, alwaysRebuild }
}

function collectImplicit(
  targets: readonly PackageName[],
  edges: (name: PackageName) => readonly PackageName[],
): PackageName[] {
  const implicit: PackageName[] = []
  const done = new Set<PackageName>()
  for (const target of targets) {
    if (done.has(target)) continue
    for (const name of walkDepthFirst(target, edges, { done, onCycle: refuseCycle }))
      if (name !== target) implicit.push(name)
    // A target takes its place among the dependencies only where another target asks for it.
    done.delete(target)
  }
  return implicit
}

function refuseCycle(cycle: readonly PackageName[]): never {
  throw new KithError('dependency-cycle', { cycle })
}

function addTo(neededBy: Map<PackageName, Set<PackageName>>, missing: PackageName, parent: PackageName): void {
  const parents = neededBy.get(missing) ?? new Set()
  neededBy.set(missing, parents.add(parent))
}

function missingError(neededBy: ReadonlyMap<PackageName, ReadonlySet<PackageName>>): KithError<'dependencies-missing'> {
  const missing = [...neededBy].map(([name, parents]) => ({ name, neededBy: [...parents].sort() }))
  missing.sort((one, other) => (one.name < other.name ? -1 : 1))
  return new KithError('dependencies-missing', { missing })
}

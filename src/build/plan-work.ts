import { sourcePath } from '../fetch/source-path.ts'
import { buildDuration, type Durations } from '../model/durations.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe } from '../model/recipe.ts'
import { estimateBuildMs, estimateFetchMs } from '../plan/estimate-duration.ts'
import type { Work } from '../plan/work-queue.ts'
import { fileInfo } from '../system/files.ts'

/** A step of a plan: getting the sources of a package, or building it. */
export interface PackageWork extends Work {
  readonly recipe: Recipe
}

export interface WorkOptions {
  /** Packages whose sources are not there yet. */
  readonly absent: ReadonlySet<PackageName>
  /** What must be built before a package besides what its recipe names. */
  readonly needs?: ReadonlyMap<PackageName, readonly PackageName[]> | undefined
  readonly durations: Durations
  readonly cacheDirectory: string
}

/**
 * What a plan is for the queue: a package is built after its own sources are there and after the packages of the plan that it
 * depends on. A circle, which only KISS_FORCE lets through, is broken in the order of the plan.
 */
export function planWork(
  recipes: readonly Recipe[],
  { absent, needs: others, durations, cacheDirectory }: WorkOptions,
): PackageWork[] {
  const positions = new Map(recipes.map(({ name }, index) => [name, index]))
  return recipes.flatMap((recipe, index): PackageWork[] => {
    const { name, dependencies, runsAlone = false } = recipe
    const all = new Set([...dependencies.map((one) => one.name), ...(others?.get(name) ?? [])])
    const before = [...all].filter((one) => (positions.get(one) ?? index) < index)
    const needs = before.map((one) => `build ${one}`)
    const facts = {
      dependencies: dependencies.map((one) => one.name),
      ...measureSources(recipe, cacheDirectory),
    }
    const durationMs = buildDuration(durations, name) ?? estimateBuildMs(facts)
    const build = { id: `build ${name}`, kind: 'build', durationMs, runsAlone, recipe } as const
    if (!absent.has(name)) return [{ ...build, needs }]
    const fetchMs = durations.get(`${name} fetch`) ?? estimateFetchMs(facts)
    return [
      { id: `fetch ${name}`, kind: 'fetch', needs: [], durationMs: fetchMs, recipe },
      { ...build, needs: [`fetch ${name}`, ...needs] },
    ]
  })
}

function measureSources({ name, sources }: Recipe, cacheDirectory: string) {
  const sizes = sources
    .filter(({ kind }) => kind === 'remote' || kind === 'git')
    .map((source) => {
      const info = fileInfo(sourcePath(cacheDirectory, name, source))
      return info?.kind === 'file' ? info.sizeBytes : undefined
    })
  return {
    sourceBytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    unknownSources: sizes.filter((size) => size === undefined).length,
  }
}

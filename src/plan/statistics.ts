import type { ChecksumLine } from '../model/checksums.ts'
import type { Dependency } from '../model/depends.ts'
import type { PackageName } from '../model/package-name.ts'
import type { SourceLine } from '../model/sources.ts'
import type { Version } from '../model/version.ts'
import { type Count, countEach } from './counts.ts'
import { type GraphStatistics, measureGraph } from './graph-statistics.ts'
import { measureSources, type SourceStatistics } from './source-statistics.ts'

/** What statistics need of a recipe. */
export interface CountedRecipe {
  readonly name: PackageName
  /** Directory of the repository that it is in. */
  readonly repository: string
  readonly version: Version | undefined
  readonly dependencies: readonly Dependency[]
  readonly sourceLines: readonly SourceLine[]
  readonly checksums: readonly ChecksumLine[] | undefined
  readonly isUsable: boolean
}

export interface Statistics {
  readonly packages: number
  readonly repositories: readonly Count[]
  /** Recipes that one of an earlier repository hides. */
  readonly hidden: number
  /** Those that cannot be built as they are. */
  readonly broken: readonly PackageName[]
  readonly graph: GraphStatistics
  readonly sources: SourceStatistics
  readonly checksums: {
    readonly blake3: number
    readonly sha256: number
    readonly skipped: number
    readonly other: number
  }
  /** Packages whose version is the word `git`. */
  readonly gitVersions: number
  readonly releases: readonly Count[]
}

/** Totals over recipes in the order of their repositories: of each name the first counts. */
export function measureRecipes(all: readonly CountedRecipe[]): Statistics {
  const first = new Map<PackageName, CountedRecipe>()
  for (const recipe of all) if (!first.has(recipe.name)) first.set(recipe.name, recipe)
  const recipes = [...first.values()]
  const sums = recipes.flatMap(({ checksums = [] }) => checksums.map(({ checksum }) => checksum?.algorithm ?? 'other'))
  const sumsOf = (algorithm: string): number => sums.filter((one) => one === algorithm).length
  return {
    packages: recipes.length,
    repositories: countEach(
      recipes.map(({ repository }) => repository),
      'first',
    ),
    hidden: all.length - recipes.length,
    broken: recipes.filter(({ isUsable }) => !isUsable).map(({ name }) => name),
    graph: measureGraph(new Map(recipes.map(({ name, dependencies }) => [name, dependencies]))),
    sources: measureSources(recipes),
    checksums: { blake3: sumsOf('blake3'), sha256: sumsOf('sha256'), skipped: sumsOf('skip'), other: sumsOf('other') },
    gitVersions: recipes.filter(({ version }) => version?.version === 'git').length,
    releases: countEach(recipes.flatMap(({ version }) => version?.release ?? [])),
  }
}

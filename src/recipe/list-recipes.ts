import { basename, join } from 'node:path'
import type { Dependency } from '../model/depends.ts'
import { type PackageName, packageNameFault, parsePackageName } from '../model/package-name.ts'
import type { Version } from '../model/version.ts'
import { readDependencies } from './read-dependencies.ts'
import { readVersion } from './recipe-parts.ts'
import { searchRecipes } from './repositories.ts'

/** A recipe of which only the `depends` file was read: enough for questions about who needs whom. */
export interface ListedRecipe {
  readonly name: PackageName
  /** Absolute path of the package directory. */
  readonly directory: string
  readonly dependencies: readonly Dependency[]
}

/**
 * Every recipe of `repositories`, those that an earlier one hides too, in the order in which search tells them. A directory
 * whose name no package can have is left out; what is wrong with a depends file is left to lint.
 */
export function listRecipes(repositories: readonly string[]): ListedRecipe[] {
  return searchRecipes('*', repositories).flatMap((directory) => {
    const name = basename(directory)
    if (packageNameFault(name) !== undefined) return []
    return [{ name: parsePackageName(name), directory, dependencies: readDependencies(directory, name) }]
  })
}

/** The version of a listed recipe; undefined where it cannot be read. */
export function readListedVersion({ directory }: Pick<ListedRecipe, 'directory'>): Version | undefined {
  return readVersion({ path: directory, entries: new Set(['version']) }).version
}

/** The recipes that are used: of each name the first. */
export function firstOfEachName(recipes: readonly ListedRecipe[]): Map<PackageName, ListedRecipe> {
  const first = new Map<PackageName, ListedRecipe>()
  for (const recipe of recipes) if (!first.has(recipe.name)) first.set(recipe.name, recipe)
  return first
}

/** Where `depends` of a recipe is. */
export function dependsFile({ directory }: Pick<ListedRecipe, 'directory'>): string {
  return join(directory, 'depends')
}

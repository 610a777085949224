import type { PackageName } from '../model/package-name.ts'
import type { RecipeReading } from '../model/recipe.ts'
import { readDirectory } from '../system/files.ts'
import { openRecipe } from './open-recipe.ts'
import { withOverride } from './overridden-recipe.ts'
import { createRecipeFinder } from './recipe-finder.ts'

export interface LoadOptions {
  /** The package that a dependency on a name means. */
  readonly resolve?: (name: PackageName) => PackageName
  /** As createRecipeFinder() gives it. */
  readonly findRecipe?: (name: PackageName) => string | undefined
  /** The directory of what the user changes of recipes. */
  readonly overrides?: string | undefined
}

/**
 * Opens the recipes of `targets` and of everything they depend on, make and runtime dependencies alike, each once. A name that
 * no repository has is absent from the result; a recipe that cannot be used is in it, with its dependencies and problems. Each is read when more than
 * its dependencies is asked for.
 */
export function loadRecipes(
  targets: readonly PackageName[],
  repositories: readonly string[],
  { resolve = (name) => name, findRecipe = createRecipeFinder(repositories), overrides }: LoadOptions = {},
): Map<PackageName, RecipeReading> {
  const readings = new Map<PackageName, RecipeReading>()
  const seen = new Set(targets)
  const changed = new Set<string>(overrides === undefined ? [] : readDirectory(overrides))
  // Names added while the set is walked are walked too.
  for (const name of seen) {
    const directory = findRecipe(name)
    if (directory === undefined) continue
    const opened = openRecipe(directory, name)
    const reading = changed.has(name) ? withOverride(opened, overrides) : opened
    readings.set(name, reading)
    for (const dependency of reading.dependencies) seen.add(resolve(dependency.name))
  }
  return readings
}

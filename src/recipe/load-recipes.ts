import type { PackageName } from '../model/package-name.ts'
import type { RecipeReading } from '../model/recipe.ts'
import { readRecipe } from './read-recipe.ts'
import { findRecipe } from './repositories.ts'

/**
 * Reads the recipes of `targets` and of everything they depend on, make and runtime dependencies alike, each once. A name that
 * no repository has is absent from the result; a recipe that cannot be used is in it, with its dependencies and problems.
 */
export function loadRecipes(
  targets: readonly PackageName[],
  repositories: readonly string[],
): Map<PackageName, RecipeReading> {
  const readings = new Map<PackageName, RecipeReading>()
  const seen = new Set(targets)
  // Names added while the set is walked are walked too.
  for (const name of seen) {
    const directory = findRecipe(name, repositories)
    if (directory === undefined) continue
    const reading = readRecipe(directory, name)
    readings.set(name, reading)
    for (const dependency of reading.dependencies) seen.add(dependency.name)
  }
  return readings
}

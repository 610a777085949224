import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import type { Recipe, RecipeReading } from '../model/recipe.ts'
import { providersNamed } from '../recipe/find-providers.ts'
import { loadRecipes } from '../recipe/load-recipes.ts'
import { requireRecipe } from '../recipe/require-recipe.ts'
import type { Workspace } from './workspace.ts'

/** The recipes of the named packages themselves. Throws `recipe-not-found`, `recipe-invalid`. */
export function requireRecipes({ names, repositories }: Workspace): Recipe[] {
  const readings = loadRecipes(names, repositories)
  return names.map((name) => requireRecipe(requireReading(name, readings, repositories)))
}

/** Throws `recipe-not-found`. */
export function requireReading(
  name: PackageName,
  readings: ReadonlyMap<PackageName, RecipeReading>,
  repositories: readonly string[],
): RecipeReading {
  const reading = readings.get(name)
  if (reading === undefined)
    throw new KithError('recipe-not-found', {
      name,
      searched: repositories,
      providers: providersNamed(name, repositories),
    })
  return reading
}

import { KithError } from '../errors/kith-error.ts'
import type { Recipe, RecipeReading } from '../model/recipe.ts'

/** The recipe, for what cannot do without. Throws `recipe-invalid` with every error that was found. */
export function requireRecipe({ name, recipe, problems }: RecipeReading): Recipe {
  if (recipe !== undefined) return recipe
  throw new KithError('recipe-invalid', { name, problems: problems.filter(({ severity }) => severity === 'error') })
}

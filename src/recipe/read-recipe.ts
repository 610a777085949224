import type { RecipeReading } from '../model/recipe.ts'
import { readKissRecipe } from './kiss/read-kiss-recipe.ts'
import { isPukeRecipe, readPukeRecipe } from './puke/read-puke-recipe.ts'
import { openRecipeDirectory } from './recipe-directory.ts'

/**
 * Reads a package directory (absolute path) in whichever format it is. Never throws for what is wrong with the recipe, and
 * nothing of it is executed: everything found in one run is among the problems, each with its file. `name` is for a directory
 * that is not called like its package.
 */
export function readRecipe(directory: string, name?: string): RecipeReading {
  const opened = openRecipeDirectory(directory, name)
  return isPukeRecipe(opened) ? readPukeRecipe(opened) : readKissRecipe(opened)
}

import { parseVersion, type Version } from '../model/version.ts'
import { readSmallText } from '../system/files.ts'
import { readRecipe } from './read-recipe.ts'

/** The version of a recipe, without reading anything else of it; undefined where it says none. */
export function readRecipeVersion(directory: string, name: string): Version | undefined {
  const file = `${directory}/version`
  const text = readSmallText(file)
  return text === undefined ? readRecipe(directory, name).version : parseVersion(text, file).version
}

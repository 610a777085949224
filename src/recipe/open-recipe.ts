import type { Dependency } from '../model/depends.ts'
import type { RecipeReading } from '../model/recipe.ts'
import { readDependencies } from './read-dependencies.ts'
import { readRecipe } from './read-recipe.ts'

/** A reading that is made when something of it is asked for: for the dependencies one file is read, for all else everything. */
export function openRecipe(directory: string, name: string): RecipeReading {
  let reading: RecipeReading | undefined
  let dependencies: readonly Dependency[] | undefined
  const whole = (): RecipeReading => {
    reading ??= readRecipe(directory, name)
    return reading
  }
  return {
    name,
    directory,
    get dependencies() {
      dependencies ??= reading?.dependencies ?? readDependencies(directory, name)
      return dependencies
    },
    get recipe() {
      return whole().recipe
    },
    get version() {
      return whole().version
    },
    get sourceLines() {
      return whole().sourceLines
    },
    get checksums() {
      return whole().checksums
    },
    get problems() {
      return whole().problems
    },
  }
}

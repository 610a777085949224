import type { Dependency } from '../model/depends.ts'
import type { RecipeReading } from '../model/recipe.ts'
import { readDependencies } from './read-dependencies.ts'
import { readProvides } from './read-provides.ts'
import { readRecipe } from './read-recipe.ts'
import { readRecipeVersion } from './read-version.ts'

/** A reading that is made when something of it is asked for: for the dependencies, provided names or the version one file is read, for all else everything. */
export function openRecipe(directory: string, name: string): RecipeReading {
  return new OpenedRecipe(directory, name)
}

/** A class, because thousands of objects with accessors of their own take longer to make than the files to read. */
class OpenedRecipe implements RecipeReading {
  #reading: RecipeReading | undefined
  #provides: RecipeReading['provides'] | undefined
  #dependencies: readonly Dependency[] | undefined

  constructor(
    readonly directory: string,
    readonly name: string,
  ) {}

  get dependencies(): readonly Dependency[] {
    this.#dependencies ??= this.#reading?.dependencies ?? readDependencies(this.directory, this.name)
    return this.#dependencies
  }

  get provides(): RecipeReading['provides'] {
    this.#provides ??= this.#reading?.provides ?? readProvides(this.directory, this.name)
    return this.#provides
  }

  get recipe(): RecipeReading['recipe'] {
    return this.#whole().recipe
  }

  get version(): RecipeReading['version'] {
    return this.#reading === undefined ? readRecipeVersion(this.directory, this.name) : this.#reading.version
  }

  get sourceLines(): RecipeReading['sourceLines'] {
    return this.#whole().sourceLines
  }

  get checksums(): RecipeReading['checksums'] {
    return this.#whole().checksums
  }

  get problems(): RecipeReading['problems'] {
    return this.#whole().problems
  }

  #whole(): RecipeReading {
    this.#reading ??= readRecipe(this.directory, this.name)
    return this.#reading
  }
}

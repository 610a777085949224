import { type Override, overrideDependencies } from '../model/override.ts'
import type { Recipe, RecipeReading } from '../model/recipe.ts'
import { readOverride } from './read-override.ts'

/** The reading with what the user changes of it, where that is anything. Throws `override-invalid`. */
export function withOverride(reading: RecipeReading, overrides: string | undefined): RecipeReading {
  const override = overrides === undefined ? undefined : readOverride(overrides, reading.name)
  return override === undefined ? reading : new OverriddenRecipe(reading, override)
}

/** Reads no more of the recipe than it is asked for. */
class OverriddenRecipe implements RecipeReading {
  readonly name: string
  readonly directory: string

  constructor(
    readonly reading: RecipeReading,
    readonly override: Override,
  ) {
    this.name = reading.name
    this.directory = reading.directory
  }

  get dependencies(): RecipeReading['dependencies'] {
    return overrideDependencies(this.reading.dependencies, this.override.dependencies)
  }

  get recipe(): Recipe | undefined {
    const { recipe } = this.reading
    return recipe && { ...recipe, dependencies: this.dependencies, override: this.override }
  }

  get version(): RecipeReading['version'] {
    return this.reading.version
  }

  get provides(): RecipeReading['provides'] {
    return this.reading.provides
  }

  get sourceLines(): RecipeReading['sourceLines'] {
    return this.reading.sourceLines
  }

  get checksums(): RecipeReading['checksums'] {
    return this.reading.checksums
  }

  get problems(): RecipeReading['problems'] {
    return this.reading.problems
  }
}

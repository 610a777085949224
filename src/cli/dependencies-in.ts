import type { PackageName } from '../model/package-name.ts'
import type { RecipeReading } from '../model/recipe.ts'
import type { DependenciesOf } from '../plan/depth-first.ts'
import { loadRecipes } from '../recipe/load-recipes.ts'

/** What packages depend on (make and runtime alike), as the first repository that has them says. */
export function dependenciesIn(names: readonly PackageName[], repositories: readonly string[]): DependenciesOf {
  return namesOfDependencies(loadRecipes(names, repositories))
}

/** The names alone, taken out once: an order of thousands of packages asks for each several times. */
export function namesOfDependencies(
  readings: ReadonlyMap<PackageName, RecipeReading>,
  resolve: (name: PackageName) => PackageName = (name) => name,
): DependenciesOf {
  const names = new Map<PackageName, readonly PackageName[]>()
  for (const [name, { dependencies }] of readings)
    names.set(
      name,
      dependencies.map((dependency) => resolve(dependency.name)),
    )
  return (name) => names.get(name)
}

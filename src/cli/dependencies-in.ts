import type { PackageName } from '../model/package-name.ts'
import type { DependenciesOf } from '../plan/depth-first.ts'
import { loadRecipes } from '../recipe/load-recipes.ts'

/** What packages depend on (make and runtime alike), as the first repository that has them says. */
export function dependenciesIn(names: readonly PackageName[], repositories: readonly string[]): DependenciesOf {
  const readings = loadRecipes(names, repositories)
  return (name) => readings.get(name)?.dependencies.map((dependency) => dependency.name)
}

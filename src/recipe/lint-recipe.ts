import type { Problem } from '../model/problem.ts'
import type { RecipeReading } from '../model/recipe.ts'
import { type Finding, type RecipeCheck, recipeChecks } from './recipe-checks.ts'
import { openRecipeDirectory } from './recipe-directory.ts'

/** Everything to be said about a recipe: the problems of its reading, then the advice of every check, in file order. */
export function lintRecipe(reading: RecipeReading): Problem[] {
  const { recipe } = reading
  if (recipe === undefined) return [...reading.problems]
  const directory = openRecipeDirectory(reading.directory, reading.name)
  const advice = recipeChecks.flatMap((check) =>
    check.find(recipe, directory).map((finding) => toProblem(check, finding)),
  )
  return [...reading.problems, ...advice]
}

function toProblem({ id, severity, explanation }: RecipeCheck, { file, line, sentence }: Finding): Problem {
  return { severity, file, line, sentence, hint: explanation, check: id }
}

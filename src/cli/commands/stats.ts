import { basename, dirname } from 'node:path'
import { packageNameFault, parsePackageName } from '../../model/package-name.ts'
import { type CountedRecipe, measureRecipes } from '../../plan/statistics.ts'
import { readRecipe } from '../../recipe/read-recipe.ts'
import { searchRecipes } from '../../recipe/repositories.ts'
import { renderStatistics } from '../../report/terminal/statistics.ts'
import type { Command } from '../command.ts'

/** Totals over the recipes of KISS_PATH. */
export const stats: Command = async ({ config, show }) => {
  const recipes = searchRecipes('*', config.repositories).flatMap(countRecipe)
  const found = measureRecipes(recipes)
  show(renderStatistics(found, Math.min(100, process.stdout.columns ?? 80)), { kind: 'statistics', ...found })
  return 0
}

function countRecipe(directory: string): CountedRecipe[] {
  const name = basename(directory)
  if (packageNameFault(name) !== undefined) return []
  const { version, dependencies, sourceLines, checksums, recipe } = readRecipe(directory, name)
  const isUsable = recipe !== undefined
  const repository = dirname(directory)
  return [{ name: parsePackageName(name), repository, version, dependencies, sourceLines, checksums, isUsable }]
}

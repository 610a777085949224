import { KithError } from '../../errors/kith-error.ts'
import { lintRecipe } from '../../recipe/lint-recipe.ts'
import { readRecipe } from '../../recipe/read-recipe.ts'
import { findRecipe, searchRecipes } from '../../recipe/repositories.ts'
import { renderProblem } from '../../report/terminal/problem-lines.ts'
import type { Command } from '../command.ts'
import { openWorkspace } from '../workspace.ts'

/** Prints `file:line: severity: sentence` for everything found in the named recipes; status 1 where one is an error. */
export const lint: Command = async ({ arguments: words, config, show }) => {
  const isAll = words.includes('*')
  const directories = isAll ? searchRecipes('*', config.repositories) : findDirectories()
  let hasErrors = false
  for (const directory of directories) {
    for (const problem of lintRecipe(readRecipe(directory))) {
      hasErrors ||= problem.severity === 'error'
      show(renderProblem(problem), { kind: 'problem', directory, ...problem })
    }
  }
  return hasErrors ? 1 : 0

  function findDirectories(): string[] {
    const { names, repositories } = openWorkspace(words, config, process.cwd())
    return names.map((name) => {
      const directory = findRecipe(name, repositories)
      if (directory === undefined) throw new KithError('recipe-not-found', { name, searched: repositories })
      return directory
    })
  }
}

import { KithError } from '../../errors/kith-error.ts'
import { printDependency } from '../../model/depends.ts'
import { listRecipes } from '../../recipe/list-recipes.ts'
import { databasePath } from '../../store/installed-database.ts'
import type { Command } from '../command.ts'
import { namedPackages } from '../installed-named.ts'

/** `=> <directory>` for each recipe of the names, in the order of search, then its `<name> [make]` lines. */
export const repodepends: Command = async ({ arguments: words, config, show }) => {
  const repositories = [...config.repositories, config.root + databasePath]
  const all = listRecipes(repositories)
  for (const name of namedPackages(words)) {
    const recipes = all.filter((recipe) => recipe.name === name)
    if (recipes.length === 0) throw new KithError('recipe-not-found', { name, searched: repositories })
    for (const { directory, dependencies } of recipes) {
      show(`=> ${directory}`, { kind: 'recipe', name, directory })
      for (const dependency of dependencies)
        show(printDependency(dependency), {
          kind: 'dependency',
          package: name,
          dependency: dependency.name,
          type: dependency.kind,
          directory,
        })
    }
  }
  return 0
}

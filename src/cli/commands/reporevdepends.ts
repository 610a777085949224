import { printDependency } from '../../model/depends.ts'
import { dependsFile, listRecipes } from '../../recipe/list-recipes.ts'
import { databasePath } from '../../store/installed-database.ts'
import type { Command } from '../command.ts'
import { namedPackages } from '../installed-named.ts'

/** `<file>:<name> [make]` per line: every recipe, the installed ones last, that depends on those named. Status 1 where none does. */
export const reporevdepends: Command = async ({ arguments: words, config, show }) => {
  const all = listRecipes([...config.repositories, config.root + databasePath])
  let found = 0
  for (const name of namedPackages(words))
    for (const recipe of all) {
      const dependency = recipe.dependencies.find((need) => need.name === name)
      if (dependency === undefined) continue
      found++
      show(`${dependsFile(recipe)}:${printDependency(dependency)}`, {
        kind: 'dependency',
        package: recipe.name,
        dependency: name,
        type: dependency.kind,
        directory: recipe.directory,
      })
    }
  return found > 0 ? 0 : 1
}

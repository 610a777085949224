import { join } from 'node:path'
import { copyRecipe } from '../../build/copy-recipe.ts'
import { KithError } from '../../errors/kith-error.ts'
import { searchRecipes } from '../../recipe/repositories.ts'
import { databasePath } from '../../store/installed-database.ts'
import { linkInfo } from '../../system/files.ts'
import type { Command } from '../command.ts'
import { parseArgument } from '../workspace.ts'

/** Copies a recipe, links replaced by what they lead to, into the current directory: the first match of search, or the Nth. */
export const fork: Command = async ({ arguments: [word, count = '1'], config, show }) => {
  if (word === undefined)
    throw new KithError('missing-argument', { command: 'fork', expected: 'the name of a package' })
  const name = parseArgument(word)
  const repositories = [...config.repositories, config.root + databasePath]
  const found = searchRecipes(name, repositories)
  if (found.length === 0) throw new KithError('recipe-not-found', { name, searched: repositories })
  if (!/^[1-9]\d{0,5}$/.test(count))
    throw new KithError('invalid-argument', { argument: count, expected: 'which match of search to take, from 1' })
  const from = found[Number(count) - 1]
  if (from === undefined) throw new KithError('no-such-match', { name, number: Number(count), found })
  const to = join(process.cwd(), name)
  if (linkInfo(to) !== undefined) throw new KithError('path-exists', { path: to, action: `fork "${name}"` })
  copyRecipe(from, to)
  show(`forked package to ${to}`, { kind: 'forked', name, from, to })
  return 0
}

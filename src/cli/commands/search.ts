import { basename } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import { searchRecipes } from '../../recipe/repositories.ts'
import { databasePath } from '../../store/installed-database.ts'
import type { Command } from '../command.ts'

/** Every package directory that matches, absolute, in KISS_PATH order, the installed ones last. */
export const search: Command = async ({ arguments: patterns, config, show }) => {
  const repositories = [...config.repositories, config.root + databasePath]
  for (const pattern of patterns) {
    const found = searchRecipes(pattern, repositories)
    if (found.length === 0) throw new KithError('recipe-not-found', { name: pattern, searched: repositories })
    for (const directory of found) show(directory, { kind: 'recipe', name: basename(directory), directory })
  }
  return 0
}

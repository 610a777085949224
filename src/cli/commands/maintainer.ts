import { KithError } from '../../errors/kith-error.ts'
import { printable } from '../../errors/printable.ts'
import { lastAuthor } from '../../fetch/git/last-author.ts'
import { searchRecipes } from '../../recipe/repositories.ts'
import type { Command } from '../command.ts'
import { openWorkspace } from '../workspace.ts'

/** `=> <directory>` and `<name> <mail>` of who last changed the version, for every match of search that is in git. */
export const maintainer: Command = async ({ arguments: words, config, context, environment, show }) => {
  const { names, repositories } = openWorkspace(words, config, process.cwd())
  const found = new Set<string>()
  for (const name of names) {
    const directories = searchRecipes(name, repositories)
    if (directories.length === 0) throw new KithError('recipe-not-found', { name, searched: repositories })
    for (const directory of directories) found.add(directory)
  }
  for (const directory of [...found].sort()) {
    const author = await lastAuthor(directory, 'version', { environment, signal: context.signal })
    if (author !== undefined) show(`=> ${directory}\n${printable(author)}`, { kind: 'maintainer', directory, author })
  }
  return 0
}

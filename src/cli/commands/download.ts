import { fetchRecipes } from '../../build/fetch-recipes.ts'
import { fetchSettings } from '../build-context.ts'
import type { Command } from '../command.ts'
import { requireRecipes } from '../load-recipes.ts'
import { openWorkspace } from '../workspace.ts'

/** Fetches every source of the named recipes into the cache; nothing is verified. */
export const download: Command = async (invocation) => {
  const { arguments: words, config, context } = invocation
  await fetchRecipes(requireRecipes(openWorkspace(words, config, process.cwd())), fetchSettings(invocation), context)
  return 0
}

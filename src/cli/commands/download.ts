import { fetchRecipes } from '../../build/fetch-recipes.ts'
import type { Emit } from '../../events/context.ts'
import { fetchSettings } from '../build-context.ts'
import type { Command } from '../command.ts'
import { requireRecipes } from '../load-recipes.ts'
import { openWorkspace } from '../workspace.ts'

/** Fetches every source of the named recipes into the cache; nothing is verified. `found <path>` for what is there already. */
export const download: Command = async (invocation) => {
  const { arguments: words, config, context, show } = invocation
  const emit: Emit = (event) => {
    if (event.kind === 'source-found') show(`found ${event.path}`, { ...event })
    else context.emit(event)
  }
  const recipes = requireRecipes(openWorkspace(words, config, process.cwd()))
  await fetchRecipes(recipes, fetchSettings(invocation), { ...context, emit })
  return 0
}

import { fetchRecipes } from '../../build/fetch-recipes.ts'
import { hashSources } from '../../fetch/hash-sources.ts'
import { printChecksums } from '../../model/checksums.ts'
import { writeFileAtomic } from '../../system/files.ts'
import { fetchSettings } from '../build-context.ts'
import type { Command } from '../command.ts'
import { requireRecipes } from '../load-recipes.ts'
import { openWorkspace } from '../workspace.ts'

/** Writes each recipe's `checksums` anew from its sources, and prints the hashes. Git sources are not fetched. */
export const checksum: Command = async (invocation) => {
  const { arguments: words, config, context, show } = invocation
  const recipes = requireRecipes(openWorkspace(words, config, process.cwd()))
  const settings = fetchSettings(invocation)
  const hashed = recipes.map((recipe) => ({
    ...recipe,
    sources: recipe.sources.filter(({ kind }) => kind !== 'git'),
    sourceLines: recipe.sourceLines.filter(({ kind }) => kind !== 'git'),
    checksums: undefined,
  }))
  await fetchRecipes(hashed, settings, context)
  for (const recipe of hashed) {
    const hexes = await hashSources(recipe, settings)
    if (hexes.length === 0)
      context.emit({ kind: 'notice', level: 'info', package: recipe.name, text: 'no sources needing checksums' })
    else {
      for (const hex of hexes) show(hex, { kind: 'checksum', package: recipe.name, hex })
      writeFileAtomic(recipe.checksumsFile, printChecksums(hexes))
    }
  }
  return 0
}

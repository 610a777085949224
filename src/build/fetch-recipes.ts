import type { Context } from '../events/context.ts'
import type { FetchSettings } from '../fetch/fetch-settings.ts'
import { type FetchRequest, fetchSources } from '../fetch/fetch-sources.ts'
import { sourcePath } from '../fetch/source-path.ts'
import type { Recipe } from '../model/recipe.ts'
import { isHashable, type Source, type SourceLine } from '../model/sources.ts'
import { isFile } from '../system/files.ts'
import { refusePrivateRecipe, refusePrivateSources } from './refuse-private.ts'

/**
 * Has every source of `recipes` at hand: remote ones in the cache, local ones told. With hooks, one line of a sources file
 * after the other, since hooks see each; without, everything at once. Throws `recipe-reads-private` before anything is
 * fetched, and what fetchSources throws.
 */
export async function fetchRecipes(
  recipes: readonly Recipe[],
  settings: FetchSettings,
  context: Context,
): Promise<void> {
  refusePrivate(recipes)
  if (!context.hooks.isActive) {
    for (const recipe of recipes)
      for (const source of recipe.sources) if (isLocal(source)) tellFound(recipe, source, context)
    return await fetchSources(recipes.flatMap(fetchRequests), settings, context)
  }
  for (const recipe of recipes) await fetchWithHooks(recipe, settings, context)
}

/** Throws `recipe-reads-private` where one of them would give away what not everybody may read. */
export function refusePrivate(recipes: readonly Recipe[]): void {
  for (const recipe of recipes) {
    refusePrivateRecipe(recipe.directory)
    refusePrivateSources(recipe)
  }
}

/** Whether every source is there already, so that fetching it needs no network. A branch may have moved. */
export function isAtHand({ name, sources }: Recipe, cacheDirectory: string): boolean {
  return sources.every(
    (source) => isLocal(source) || (source.kind === 'remote' && isFile(sourcePath(cacheDirectory, name, source))),
  )
}

async function fetchWithHooks(recipe: Recipe, settings: FetchSettings, context: Context): Promise<void> {
  const requests = fetchRequests(recipe)
  for (const line of recipe.sourceLines) {
    await context.hooks.run('pre-source', [recipe.name, line.text])
    const source = sourceOf(recipe, line)
    if (source !== undefined && isLocal(source)) tellFound(recipe, source, context)
    await fetchSources(
      requests.filter((request) => request.source === source),
      settings,
      context,
    )
    const found = source === undefined ? '' : sourcePath(settings.cacheDirectory, recipe.name, source)
    // As KISS names a directory whose contents are meant.
    const path = source?.kind === 'directory' ? `${found}/.` : found
    await context.hooks.run('post-source', [recipe.name, line.text, path])
  }
}

function isLocal(source: Source): boolean {
  return source.kind === 'file' || source.kind === 'directory'
}

function tellFound(recipe: Recipe, source: Source, { emit }: Pick<Context, 'emit'>): void {
  if (isLocal(source) && 'path' in source)
    emit({ kind: 'source-found', package: recipe.name, source: source.text, path: source.path })
}

/** The source that a line of the file became: real sources keep the order of their lines. */
function sourceOf(recipe: Recipe, line: SourceLine): Source | undefined {
  if (line.kind === 'comment') return undefined
  return recipe.sources[recipe.sourceLines.filter((one) => one.kind !== 'comment').indexOf(line)]
}

/** Remote and git sources, each with the checksum that stands at its position. */
function fetchRequests(recipe: Recipe): FetchRequest[] {
  const hashable = recipe.sources.filter(isHashable)
  return recipe.sources.flatMap((source): FetchRequest[] => {
    if (source.kind === 'git') return [{ package: recipe.name, source }]
    if (source.kind !== 'remote') return []
    const checksum = recipe.checksums?.[hashable.indexOf(source)]?.checksum
    return [{ package: recipe.name, source, checksum }]
  })
}

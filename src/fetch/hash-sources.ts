import { KithError } from '../errors/kith-error.ts'
import type { Recipe } from '../model/recipe.ts'
import { isHashable } from '../model/sources.ts'
import { digestFile } from '../system/digests.ts'
import { isFile } from '../system/files.ts'
import type { FetchSettings } from './fetch-settings.ts'
import { redactUrls } from './redact-urls.ts'
import { sourcePath } from './source-path.ts'

/**
 * The lines of a recipe's `checksums` file: BLAKE3 with 33 bytes (66 digits) of every source that has one, in the order
 * of `sources`. Throws `source-not-fetched`, `source-path-unsafe`, `io-failed`.
 */
export async function hashSources(
  recipe: Pick<Recipe, 'name' | 'sources'>,
  { cacheDirectory }: Pick<FetchSettings, 'cacheDirectory'>,
): Promise<string[]> {
  const hexes: string[] = []
  for (const source of recipe.sources.filter(isHashable)) {
    const path = sourcePath(cacheDirectory, recipe.name, source)
    if (!isFile(path))
      throw new KithError('source-not-fetched', { package: recipe.name, source: redactUrls(source.text), path })
    hexes.push((await digestFile(path, ['blake3'])).blake3)
  }
  return hexes
}

import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { isDirectory, makeDirectory, removeTree, tryRename } from '../system/files.ts'
import { copyTree } from '../system/tree.ts'

/** Recipes as they were built last, by the name of the package: what a review compares with. Can be deleted at any time. */
function placeOf(cacheDirectory: string, name: PackageName): string {
  return join(cacheDirectory, 'kith', 'recipes', name)
}

/** Keeps a copy of the recipe that was built, in place of the one before; on a full disk nothing. */
export function keepRecipe(
  recipe: string,
  { cacheDirectory, name }: { cacheDirectory: string; name: PackageName },
): void {
  const place = placeOf(cacheDirectory, name)
  const draft = `${join(place, '..', `.${name}`)}.${process.pid}`
  try {
    makeDirectory(draft)
    copyTree(recipe, draft)
    removeTree(place)
    if (tryRename(draft, place)) return
  } catch (error) {
    if (!isKithError(error, 'io-failed')) throw error
  }
  removeTree(draft)
}

/** Where the recipe is as it was built last. */
export function findKeptRecipe(cacheDirectory: string, name: PackageName): string | undefined {
  const place = placeOf(cacheDirectory, name)
  return isDirectory(place) ? place : undefined
}

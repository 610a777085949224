import { basename } from 'node:path'
import { type PackageName, packageNameFault, parsePackageName } from '../model/package-name.ts'
import type { Provided } from '../model/provides.ts'
import { readProvides } from './read-provides.ts'
import { searchRecipes } from './repositories.ts'

/** A recipe and a name that it answers to besides its own. */
export interface ProvidingRecipe {
  readonly name: PackageName
  readonly directory: string
  readonly provided: Provided
}

/** By the name that is provided: the recipes that do, of each package the first in `repositories`, in bytewise order of their names. */
export function findProvidingRecipes(repositories: readonly string[]): Map<PackageName, readonly ProvidingRecipe[]> {
  const found = new Map<PackageName, ProvidingRecipe[]>()
  const seen = new Set<string>()
  for (const directory of searchRecipes('*', repositories)) {
    const text = basename(directory)
    if (seen.has(text) || packageNameFault(text) !== undefined) continue
    seen.add(text)
    const name = parsePackageName(text)
    for (const provided of readProvides(directory, text)) {
      const others = found.get(provided.name) ?? []
      others.push({ name, directory, provided })
      found.set(provided.name, others)
    }
  }
  for (const recipes of found.values()) recipes.sort((one, other) => (one.name < other.name ? -1 : 1))
  return found
}

/** The recipes that provide exactly `name`: for a hint where no recipe has it. */
export function providersNamed(name: string, repositories: readonly string[]): PackageName[] {
  return [...findProvidingRecipes(repositories)].flatMap(([provided, recipes]) =>
    provided === name ? recipes.map((recipe) => recipe.name) : [],
  )
}

import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { readDirectory } from '../system/files.ts'
import { globMatcher } from './glob.ts'
import { reachableKind } from './reachable-kind.ts'

/**
 * Repositories are directories of package directories, given as absolute paths in the order in which they are searched; the
 * installed database, where it shall be searched too, is the last of them. One that does not exist holds nothing.
 */

/** Directory of the first recipe of that name, or undefined. A link to a directory is a package of the link's name. */
export function findRecipe(name: PackageName, repositories: readonly string[]): string | undefined {
  for (const repository of repositories) {
    const directory = join(repository, name)
    if (reachableKind(directory) === 'directory') return directory
  }
  return undefined
}

/** Every package directory whose name matches a shell pattern: in order of the repositories, inside one bytewise. */
export function searchRecipes(pattern: string, repositories: readonly string[]): string[] {
  const matches = globMatcher(pattern)
  return repositories.flatMap((repository) =>
    listNames(repository)
      .filter(matches)
      .map((name) => join(repository, name))
      .filter((directory) => reachableKind(directory) === 'directory'),
  )
}

function listNames(repository: string): string[] {
  try {
    return readDirectory(repository) ?? []
  } catch (error) {
    if (isKithError(error, 'io-failed')) return []
    throw error
  }
}

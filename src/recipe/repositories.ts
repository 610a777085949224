import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { type FileKind, readDirectoryKinds } from '../system/files.ts'
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
    [...listKinds(repository)]
      .filter(([name]) => matches(name))
      .map(([name, kind]) => ({ directory: join(repository, name), kind }))
      .filter(({ directory, kind }) => kind === 'directory' || (kind === 'symlink' && isDirectoryThere(directory)))
      .map(({ directory }) => directory)
      .sort((one, other) => (one < other ? -1 : 1)),
  )
}

function isDirectoryThere(directory: string): boolean {
  return reachableKind(directory) === 'directory'
}

function listKinds(repository: string): ReadonlyMap<string, FileKind> {
  try {
    return readDirectoryKinds(repository) ?? new Map()
  } catch (error) {
    if (isKithError(error, 'io-failed')) return new Map()
    throw error
  }
}

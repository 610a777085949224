import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { type FileKind, readDirectoryKinds } from '../system/files.ts'
import { findRecipe } from './repositories.ts'

/** After so many questions it pays to list a repository instead of looking for each name in it. */
const fewQuestions = 64

/** findRecipe() for many names: the repositories are taken to stay as they are. */
export function createRecipeFinder(repositories: readonly string[]): (name: PackageName) => string | undefined {
  let questions = 0
  let listings: (ReadonlyMap<string, FileKind> | undefined)[] | undefined
  return (name) => {
    if (questions++ < fewQuestions) return findRecipe(name, repositories)
    listings ??= repositories.map(listRepository)
    for (const [index, repository] of repositories.entries()) {
      const kind = listings[index]?.get(name)
      if (kind === 'directory') return join(repository, name)
      // A link may lead to a directory; a repository that cannot be listed may still let one in.
      if (kind === 'symlink' || listings[index] === undefined) {
        const found = findRecipe(name, [repository])
        if (found !== undefined) return found
      }
    }
    return undefined
  }
}

function listRepository(repository: string): ReadonlyMap<string, FileKind> | undefined {
  try {
    return readDirectoryKinds(repository) ?? new Map()
  } catch (error) {
    if (isKithError(error, 'io-failed')) return undefined
    throw error
  }
}

import { basename, dirname } from 'node:path'
import type { Config } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import { type PackageName, packageNameFault, parsePackageName } from '../model/package-name.ts'
import { databasePath } from '../store/installed-database.ts'

/** The packages a command is about, and where recipes are looked for. */
export interface Workspace {
  readonly names: readonly PackageName[]
  /** In search order; the installed database is the last one. */
  readonly repositories: readonly string[]
}

/**
 * Without package arguments the current directory is the package, and its parent the first repository. Throws
 * `invalid-argument` for a word that no package can be called.
 */
export function openWorkspace(words: readonly string[], config: Config, directory: string): Workspace {
  const repositories = [...config.repositories, config.root + databasePath]
  if (words.length > 0) return { names: words.map(parseArgument), repositories }
  return { names: [parseArgument(basename(directory))], repositories: [dirname(directory), ...repositories] }
}

/** Throws `invalid-argument`. */
export function parseArgument(word: string): PackageName {
  const fault = packageNameFault(word)
  if (fault !== undefined)
    throw new KithError('invalid-argument', { argument: word, expected: `a package name: ${fault}` })
  return parsePackageName(word)
}

import { join } from 'node:path'
import type { Problem } from '../../model/problem.ts'
import type { RecipeReading } from '../../model/recipe.ts'
import type { RecipeDirectory } from '../recipe-directory.ts'
import { assembleReading, checkHooks, readChecksums, readDepends, readSources, readVersion } from '../recipe-parts.ts'
import { matchChecksums } from './match-checksums.ts'

/**
 * Whether a package directory is in puke's format, KISS's predecessor: it has a `post_install`, or its `build` installs into
 * `$pkg_dir` and never mentions `$1`.
 */
export function isPukeRecipe({ entries, build = '' }: RecipeDirectory): boolean {
  return entries.has('post_install') || (/\$(pkg_dir\b|\{pkg_dir\})/.test(build) && !/\$(1|\{1)/.test(build))
}

/**
 * Reads a package directory in puke's format. It differs from KISS's in its hook, `post_install`; in checksums with file names;
 * in git sources that begin with `git:` or `git://`; and in a `build` that is sourced by a shell and need not be executable.
 */
export function readPukeRecipe(directory: RecipeDirectory): RecipeReading {
  const sources = readSources(directory, ['git+', 'git:'])
  const checksums = readChecksums(directory, sources)
  return assembleReading(directory, 'puke', {
    version: readVersion(directory),
    depends: readDepends(directory),
    sources,
    checksums: { ...checksums, lines: checksums.lines && matchChecksums(checksums.lines, sources.sources) },
    others: [...checkBuild(directory), ...checkHooks(directory, ['post_install'])],
  })
}

function checkBuild({ path, entries }: RecipeDirectory): Problem[] {
  if (entries.has('build')) return []
  const hint = 'Write a script that installs below "$pkg_dir"'
  return [{ severity: 'error', file: join(path, 'build'), sentence: 'the build file is missing', hint }]
}

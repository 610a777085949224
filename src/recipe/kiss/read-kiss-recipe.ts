import { join } from 'node:path'
import type { Problem } from '../../model/problem.ts'
import type { RecipeReading } from '../../model/recipe.ts'
import { isExecutableEntry, type RecipeDirectory } from '../recipe-directory.ts'
import { assembleReading, checkHooks, readChecksums, readDepends, readSources, readVersion } from '../recipe-parts.ts'

/** Reads a package directory in KISS's format: `build version [depends] [sources] [checksums] [post-install] [pre-remove]`. */
export function readKissRecipe(directory: RecipeDirectory): RecipeReading {
  const sources = readSources(directory, ['git+'])
  return assembleReading(directory, 'kiss', {
    version: readVersion(directory),
    depends: readDepends(directory),
    sources,
    checksums: readChecksums(directory, sources),
    others: [...checkBuild(directory), ...checkHooks(directory, ['post-install', 'pre-remove'])],
  })
}

function checkBuild(directory: RecipeDirectory): Problem[] {
  const file = join(directory.path, 'build')
  if (!directory.entries.has('build')) {
    const hint = 'Write a script that installs below "$1", and make it executable'
    return [{ severity: 'error', file, sentence: 'the build file is missing', hint }]
  }
  if (!isExecutableEntry(directory, 'build'))
    return [{ severity: 'error', file, sentence: 'is not an executable file', hint: `chmod +x ${file}` }]
  return checkInterpreter(directory, file)
}

function checkInterpreter({ build = '' }: RecipeDirectory, file: string): Problem[] {
  const [firstLine = ''] = build.split('\n', 1)
  if (!firstLine.startsWith('#!') || !firstLine.endsWith('\r')) return []
  const sentence = 'the first line ends in CR LF, so its interpreter is not found'
  return [{ severity: 'error', file, line: 1, sentence, hint: 'Save it with LF' }]
}

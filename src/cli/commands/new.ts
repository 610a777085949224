import { basename, join } from 'node:path'
import { fetchRecipes } from '../../build/fetch-recipes.ts'
import { KithError } from '../../errors/kith-error.ts'
import { hashSources } from '../../fetch/hash-sources.ts'
import { printChecksums } from '../../model/checksums.ts'
import { printDepends } from '../../model/depends.ts'
import type { PackageName } from '../../model/package-name.ts'
import type { Recipe } from '../../model/recipe.ts'
import { printVersion } from '../../model/version.ts'
import { type GuessedBuild, guessBuild, tellingFiles } from '../../plan/guess-build.ts'
import { guessPackage } from '../../plan/guess-package.ts'
import { readRecipe } from '../../recipe/read-recipe.ts'
import { searchRecipes } from '../../recipe/repositories.ts'
import { requireRecipe } from '../../recipe/require-recipe.ts'
import { databasePath } from '../../store/installed-database.ts'
import { claimDirectory } from '../../system/claimed-directory.ts'
import { linkInfo, makeDirectory, writeFileAtomic } from '../../system/files.ts'
import { buildSettings } from '../build-context.ts'
import type { Command, Invocation } from '../command.ts'
import { inspectSources } from '../inspect-sources.ts'
import { parseArgument } from '../workspace.ts'

/**
 * Writes a recipe into the current directory. From an address: fetches it, hashes it, looks at how it is built, and writes a
 * recipe that does that. From name, version and source, as kiss-new does: the files, for a person to fill.
 */
export const newRecipe: Command = async (invocation) => {
  const [first, second, third] = invocation.arguments
  if (first === undefined)
    throw new KithError('missing-argument', { command: 'new', expected: 'an address, or a name' })
  return first.includes('://') || first.startsWith('git+')
    ? await writeFromSource(first, second, invocation)
    : writeEmpty(parseArgument(first), { version: second, source: third }, invocation)
}

type Files = Readonly<Record<string, string>>

function writeEmpty(
  name: PackageName,
  { version = '', source }: { readonly version: string | undefined; readonly source: string | undefined },
  invocation: Invocation,
): number {
  const [number = 'VERSION'] = version.split(' ').filter((word) => word !== '')
  const files = {
    build: '#!/bin/sh -e\n',
    version: printVersion({ version: number, release: '1' }),
    ...(source === undefined ? {} : { sources: `${source}\n` }),
  }
  writeRecipe(freeDirectory(name), files)
  tellCreated(name, files, {}, invocation)
  return 0
}

async function writeFromSource(source: string, word: string | undefined, invocation: Invocation): Promise<number> {
  const { config, context } = invocation
  const guessed = guessPackage(source)
  const { version } = guessed
  const hint = 'kith new NAME VERSION SOURCE'
  if (version === undefined || (word === undefined && guessed.name === undefined))
    throw new KithError('invalid-argument', { argument: source, expected: `an address with name and version: ${hint}` })
  const name = parseArgument(word ?? guessed.name ?? '')
  const directory = freeDirectory(name)
  const settings = buildSettings(invocation, [name])
  using claimed = claimDirectory(settings.workDirectory)
  const draft = join(claimed.path, 'draft', name)
  const known: Files = { version: printVersion({ version, release: '1' }), sources: `${source}\n` }
  writeRecipe(draft, { ...known, build: '#!/bin/sh -e\n' })
  const recipe = requireRecipe(readRecipe(draft, name))
  await fetchRecipes([recipe], settings.fetch, context)
  const hexes = await hashSources(recipe, settings)
  const tree = await inspectSources(recipe, tellingFiles, settings, context)
  const repositories = [...config.repositories, config.root + databasePath]
  const names = new Set(searchRecipes('*', repositories).map((path) => basename(path)))
  const build = guessBuild(tree, name, (one) => names.has(one))
  const files: Files = {
    ...known,
    build: build.script,
    ...(hexes.length > 0 ? { checksums: printChecksums(hexes) } : {}),
    ...(build.dependencies.length > 0 ? { depends: printDepends(build.dependencies) } : {}),
  }
  writeRecipe(directory, files)
  tellGuess(recipe, build, invocation)
  tellCreated(name, files, { version, system: build.system, dependencies: build.dependencies }, invocation)
  return 0
}

/** Throws `path-exists`. */
function freeDirectory(name: PackageName): string {
  const directory = join(process.cwd(), name)
  if (linkInfo(directory) === undefined) return directory
  throw new KithError('path-exists', { path: directory, action: `write a recipe "${name}"` })
}

function writeRecipe(directory: string, files: Files): void {
  makeDirectory(directory)
  for (const [file, text] of Object.entries(files))
    writeFileAtomic(join(directory, file), text, file === 'build' ? 0o755 : 0o644)
}

function tellGuess({ name }: Recipe, { system, unknown, advice }: GuessedBuild, { context }: Invocation): void {
  const say = (level: 'info' | 'warning', text: string): void =>
    context.emit({ kind: 'notice', level, package: name, text })
  if (system !== 'unknown') say('info', `looks as if it is built with ${system}`)
  if (unknown.length > 0) say('warning', `asks for what no recipe is known to have: ${unknown.join(' ')}`)
  for (const text of advice) say('warning', text)
}

function tellCreated(
  name: PackageName,
  files: Files,
  facts: Readonly<Record<string, unknown>>,
  { show }: Invocation,
): void {
  const directory = join(process.cwd(), name)
  const text = `=> Package ${name} created in ${directory}: ${Object.keys(files).sort().join(' ')}`
  show(text, { kind: 'recipe-created', name, directory, files: Object.keys(files).sort(), ...facts })
}

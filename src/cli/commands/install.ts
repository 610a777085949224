import { resolve } from 'node:path'
import { type KeptArtifact, listArtifacts } from '../../build/artifact-cache.ts'
import type { Config } from '../../config/config.ts'
import { KithError } from '../../errors/kith-error.ts'
import { parseArtifactName } from '../../model/artifact-name.ts'
import type { PackageName } from '../../model/package-name.ts'
import { versionLabel } from '../../model/version.ts'
import { findRecipe } from '../../recipe/repositories.ts'
import type { Command } from '../command.ts'
import { artifactPackage, installNamed } from '../install-artifacts.ts'
import { openWorkspace, parseArgument } from '../workspace.ts'

/** Installs built packages, named or given as tarballs, in order of dependence, with what they need to run. */
export const install: Command = async (invocation) => {
  const { arguments: words, config, options } = invocation
  const versioned = words.filter((word) => isVersioned(word))
  const given = new Map([...tarballsAmong(words), ...versioned.map((word) => keptVersion(word, config))])
  const plain = words.filter((word) => !isTarball(word) && !isVersioned(word))
  // Without any word the current directory is the package; tarballs alone need no recipe.
  const { names, repositories } = openWorkspace(plain.length === 0 ? [...given.keys()] : plain, config, process.cwd())
  const all = [...new Set([...names, ...given.keys()])]
  const absent = all.filter((name) => !given.has(name) && findRecipe(name, repositories) === undefined)
  if (!options.has('--keep-going')) requireNone(absent, repositories)
  return await installNamed(all, { given, repositories }, invocation)
}

/** Throws `recipe-not-found`, of several `dependencies-missing`. */
function requireNone(absent: readonly PackageName[], searched: readonly string[]): void {
  const [name] = absent
  if (name === undefined) return
  if (absent.length === 1) throw new KithError('recipe-not-found', { name, searched })
  throw new KithError('dependencies-missing', { missing: absent.map((one) => ({ name: one, neededBy: [] })) })
}

/** `./dir/pigz@2.8-1.tar.gz`; a name can hold `.tar.` but no slash. */
function isTarball(word: string): boolean {
  const fileName = word.slice(word.lastIndexOf('/') + 1)
  return word.includes('/') || (word.includes('.tar.') && parseArtifactName(fileName) !== undefined)
}

/** `pigz@2.8` or `pigz@2.8-1`: a version that was built before. */
function isVersioned(word: string): boolean {
  return !isTarball(word) && /^[^@]+@[^@]+$/.test(word)
}

/** The tarball of that version; of the highest release where none is given. Throws `version-not-kept`, `invalid-argument`. */
function keptVersion(word: string, { cacheDirectory }: Pick<Config, 'cacheDirectory'>): readonly [PackageName, string] {
  const [first = '', wanted = ''] = word.split('@')
  const name = parseArgument(first)
  const kept = listArtifacts(cacheDirectory, name)
  const releaseOf = ({ version }: KeptArtifact): number => Number.parseInt(version.release, 10) || 0
  const fitting = kept.filter(({ version }) => version.version === wanted || versionLabel(version) === wanted)
  const [best] = fitting.sort((one, other) => releaseOf(other) - releaseOf(one))
  if (best !== undefined) return [name, best.artifact]
  throw new KithError('version-not-kept', {
    name,
    version: wanted,
    kept: kept.map(({ version }) => versionLabel(version)),
  })
}

/** Throws `not-a-package`, and `invalid-argument` where one package is given by two tarballs. */
function tarballsAmong(words: readonly string[]): ReadonlyMap<PackageName, string> {
  const given = new Map<PackageName, string>()
  for (const path of words.filter(isTarball).map((word) => resolve(word))) {
    const name = artifactPackage(path)
    if ((given.get(name) ?? path) !== path)
      throw new KithError('invalid-argument', { argument: path, expected: `one tarball of "${name}", not two` })
    given.set(name, path)
  }
  return given
}

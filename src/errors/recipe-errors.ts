import { entry } from './entry.ts'
import { shellWord } from './printable.ts'

interface LocatedProblem {
  readonly file: string
  readonly line?: number | undefined
  readonly sentence: string
}

function locate({ file, line, sentence }: LocatedProblem): string {
  return `  ${file}${line === undefined ? '' : `:${line}`}: ${sentence}`
}

function ambiguous(one: { readonly name: string; readonly candidates: readonly string[] } | undefined): string {
  return `"${one?.name ?? ''}": ${one?.candidates.join(', ') ?? ''}`
}

export const recipeErrors = {
  'invalid-name': entry<{ name: string; reason: string }>(
    ({ name, reason }) => `Cannot use package name "${name}": ${reason}`,
  ),
  'recipe-not-found': entry<{
    name: string
    searched: readonly string[]
    similar?: readonly string[]
    mentioned?: readonly string[]
    providers?: readonly string[]
  }>(
    ({ name }) => `Cannot find package "${name}": no repository and no installed package has it`,
    ({ name, searched, similar = [], mentioned = [], providers = [] }) =>
      providers.length > 0
        ? `${providers.join(', ')} ${providers.length === 1 ? 'provides' : 'provide'} it: kith search --provides ${shellWord(name)}`
        : mentioned.length > 0
          ? `The description of ${mentioned.slice(0, 5).join(', ')}${mentioned.length > 5 ? ' and others' : ''} has the word: kith search --description ${shellWord(name)}`
          : similar.length > 0
            ? `Did you mean ${similar.join(' or ')}?`
            : searched.length === 0
              ? 'Set KISS_PATH to the directories that hold recipes'
              : `Searched ${searched.join(', ')}; kith search '*' lists what is there`,
  ),
  'recipe-invalid': entry<{
    name: string
    problems: readonly LocatedProblem[]
  }>(
    ({ name, problems }) => `Cannot use the recipe of "${name}":\n${problems.map(locate).join('\n')}`,
    ({ name }) => `kith lint ${name} explains each problem`,
  ),
  'recipes-invalid': entry<{
    recipes: readonly { readonly name: string; readonly problems: readonly LocatedProblem[] }[]
  }>(
    ({ recipes }) =>
      `Cannot use the recipes of ${recipes.length} packages:\n${recipes
        .flatMap(({ problems }) => problems)
        .map(locate)
        .join('\n')}`,
    ({ recipes }) => `kith lint ${recipes.map(({ name }) => name).join(' ')} explains each problem`,
  ),
  'override-invalid': entry<{
    name: string
    problems: readonly LocatedProblem[]
  }>(
    ({ name, problems }) => `Cannot use your changes to the recipe of "${name}":\n${problems.map(locate).join('\n')}`,
    () => 'docs/recipes.md, "Changes of your own", has the files and their lines',
  ),
  'patch-failed': entry<{ package: string; patch: string; reason: string }>(
    ({ package: name, patch, reason }) => `Cannot apply "${patch}" to the sources of "${name}": ${reason}`,
    ({ patch }) =>
      `Make it anew for this version (patch -p1 in the unpacked sources), or move it away: ${shellWord(patch)}`,
  ),
  'dependency-cycle': entry<{ cycle: readonly string[] }>(
    ({ cycle }) => `Cannot order packages: circular dependency ${cycle.join(' -> ')}`,
    ({ cycle }) => `Remove one of these lines from its depends file, for example in ${cycle[0]}`,
  ),
  'providers-ambiguous': entry<{
    names: readonly { readonly name: string; readonly candidates: readonly string[] }[]
    file: string
  }>(
    ({ names }) =>
      names.length === 1
        ? `Cannot plan: several packages provide ${ambiguous(names[0])}`
        : `Cannot plan: several packages provide each of ${names.length} names:\n${names.map((one) => `  ${ambiguous(one)}`).join('\n')}`,
    ({ names, file }) =>
      `Write which one you want into ${file}, for example: ${names[0]?.name ?? 'NAME'} ${names[0]?.candidates[0] ?? 'PACKAGE'}; or build one of them first`,
  ),
  'providers-invalid': entry<{ problems: readonly LocatedProblem[] }>(
    ({ problems }) => `Cannot read which packages you prefer:\n${problems.map(locate).join('\n')}`,
    () => 'Each line is a name and the package that shall provide it: libjpeg libjpeg-turbo',
  ),
  'dependencies-missing': entry<{
    missing: readonly { readonly name: string; readonly neededBy: readonly string[] }[]
  }>(
    ({ missing }) =>
      `Cannot plan: ${missing.length} ${missing.length === 1 ? 'package is' : 'packages are'} in no repository:\n${missing
        .map(({ name, neededBy }) => `  ${name} (needed by ${neededBy.length === 0 ? 'you' : neededBy.join(', ')})`)
        .join('\n')}`,
    () => 'Add the repository that has them to KISS_PATH, or correct the depends files',
  ),
} as const

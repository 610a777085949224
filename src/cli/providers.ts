import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { parsePreferences } from '../model/provider-preferences.ts'
import { chooseProvider, type ProviderChoice } from '../plan/choose-provider.ts'
import { findProvidingRecipes } from '../recipe/find-providers.ts'
import { readProvides } from '../recipe/read-provides.ts'
import { createRecipeFinder } from '../recipe/recipe-finder.ts'
import type { InstalledPackages } from '../store/installed-database.ts'
import { openInstalledProviders, readProvides as readInstalledProvides } from '../store/installed-providers.ts'
import { isFile, readText } from '../system/files.ts'
import { diskTree } from '../system/tree-view.ts'
import { once } from './once.ts'

/** Which packages stand in for names that packages depend on; what is asked twice is answered alike. */
export interface Providers {
  /** The package that a dependency on `name` means: itself, where nothing provides it or nobody can say which of several. */
  readonly resolve: (name: PackageName) => PackageName
  /** Where the recipe of a name is. */
  readonly findRecipe: (name: PackageName) => string | undefined
  /** What was answered with another name, or could not be. */
  readonly choices: () => ReadonlyMap<PackageName, Exclude<ProviderChoice, { kind: 'itself' }>>
}

export interface ProviderScene {
  readonly config: Pick<Config, 'root' | 'providersFile'>
  readonly installed: InstalledPackages
  readonly repositories: readonly string[]
  /** What the command names. */
  readonly targets: readonly PackageName[]
}

/** Reads nothing before it is asked, and the `provides` of all recipes only where a name has no recipe. */
export function openProviders({ config, installed, repositories, targets }: ProviderScene): Providers {
  const { root } = config
  const choices = new Map<PackageName, Exclude<ProviderChoice, { kind: 'itself' }>>()
  const resolved = new Map<PackageName, PackageName>()
  const findRecipe = createRecipeFinder(repositories)
  const preferences = once(() => loadPreferences(config))
  const recipes = once(() => findProvidingRecipes(repositories))
  const provided = once(() =>
    targets.map((target) => {
      const directory = findRecipe(target)
      const names = directory === undefined ? [] : readProvides(directory, target).map(({ name }) => name)
      return { target, names: new Set(names) }
    }),
  )
  const world = {
    isInstalled: (name: PackageName) => installed.has(name),
    installedProviders: openInstalledProviders(installed, { root, tree: diskTree(root) }),
    targets: new Set(targets),
    targetProviders: (name: PackageName) =>
      provided().flatMap(({ target, names }) => (names.has(name) ? [target] : [])),
    preferred: (name: PackageName) => preferences().get(name),
    hasRecipe: (name: PackageName) => findRecipe(name) !== undefined,
    recipeProviders: (name: PackageName) => (recipes().get(name) ?? []).map((recipe) => recipe.name),
  }
  const tree = diskTree(root)
  // Nothing at all is provided: then a name that has a recipe needs no more questions, and there may be thousands.
  const isPlain = once(
    () =>
      preferences().size === 0 &&
      provided().every(({ names }) => names.size === 0) &&
      [...installed.values()].every((one) => readInstalledProvides(one, tree).length === 0),
  )
  return {
    resolve(name) {
      const known = resolved.get(name)
      if (known !== undefined) return known
      if (installed.has(name) || (isPlain() && findRecipe(name) !== undefined)) {
        resolved.set(name, name)
        return name
      }
      const choice = chooseProvider(name, world)
      if (choice.kind !== 'itself') choices.set(name, choice)
      const answer = choice.kind === 'provider' ? choice.provider : name
      resolved.set(name, answer)
      return answer
    },
    findRecipe,
    choices: () => choices,
  }
}

/** Where the user's choices are: KITH_PROVIDERS, else in the root. */
function providersFileOf({ root, providersFile }: Pick<Config, 'root' | 'providersFile'>): string {
  return providersFile ?? join(root || '/', 'etc/kith/providers')
}

/** Throws `providers-invalid`. */
function loadPreferences(config: Pick<Config, 'root' | 'providersFile'>): ReadonlyMap<PackageName, PackageName> {
  const file = providersFileOf(config)
  if (!isFile(file)) return new Map()
  const { preferences, problems } = parsePreferences(readText(file), file)
  if (problems.length > 0) throw new KithError('providers-invalid', { problems })
  return preferences
}

/** Throws `providers-ambiguous` where several packages could be what is needed, and nobody has said which. */
export function requireUnambiguous(providers: Providers, config: Pick<Config, 'root' | 'providersFile'>): void {
  const names = [...providers.choices()].flatMap(([name, choice]) =>
    choice.kind === 'ambiguous' ? [{ name, candidates: choice.candidates }] : [],
  )
  if (names.length > 0) throw new KithError('providers-ambiguous', { names, file: providersFileOf(config) })
}

import { expect, test } from 'bun:test'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { chooseProvider, type ProviderWorld } from './choose-provider.ts'

const wanted = parsePackageName('jpeg')
const names = (words: string): PackageName[] => words.split(' ').filter(Boolean).map(parsePackageName)

interface Scene {
  readonly installed?: string
  readonly installedProviders?: string
  readonly targets?: string
  readonly targetProviders?: string
  readonly preferred?: string
  readonly hasRecipe?: boolean
  readonly recipeProviders?: string
}

function choose(scene: Scene): string {
  const world: ProviderWorld = {
    isInstalled: (name) => names(scene.installed ?? '').includes(name),
    installedProviders: () => names(scene.installedProviders ?? ''),
    targets: new Set(names(scene.targets ?? '')),
    targetProviders: () => names(scene.targetProviders ?? ''),
    preferred: () => (scene.preferred === undefined ? undefined : parsePackageName(scene.preferred)),
    hasRecipe: () => scene.hasRecipe === true,
    recipeProviders() {
      if (scene.recipeProviders === undefined) throw new Error('the recipes are not to be read')
      return names(scene.recipeProviders)
    },
  }
  const choice = chooseProvider(wanted, world)
  if (choice.kind === 'provider') return `${choice.provider} ${choice.because}`
  return choice.kind === 'ambiguous' ? `ambiguous ${choice.candidates.join(' ')}` : 'itself'
}

test('chooseProvider() takes what is installed or named before anything else', () => {
  expect(choose({ installed: 'jpeg', preferred: 'turbo' })).toBe('itself')
  expect(choose({ targets: 'jpeg', installedProviders: 'moz' })).toBe('itself')
  expect(choose({ installedProviders: 'moz turbo', hasRecipe: true })).toBe('moz installed')
  expect(choose({ installedProviders: 'moz turbo', preferred: 'turbo' })).toBe('turbo installed')
  expect(choose({ installedProviders: 'moz', preferred: 'turbo', hasRecipe: true })).toBe('moz installed')
  expect(choose({ targets: 'turbo', targetProviders: 'turbo', hasRecipe: true })).toBe('turbo named')
})

test('chooseProvider() takes what the user prefers before the recipe of the name, and that one before others', () => {
  expect(choose({ preferred: 'turbo', hasRecipe: true })).toBe('turbo preferred')
  expect(choose({ preferred: 'jpeg', hasRecipe: true })).toBe('itself')
  expect(choose({ hasRecipe: true })).toBe('itself')
  expect(choose({ recipeProviders: 'turbo' })).toBe('turbo only')
  expect(choose({ recipeProviders: 'moz turbo' })).toBe('ambiguous moz turbo')
  expect(choose({ recipeProviders: '' })).toBe('itself')
})

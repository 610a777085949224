import type { PackageName } from '../model/package-name.ts'

/** What is known about who could stand in for a name that a package depends on. All lists are in a fixed order. */
export interface ProviderWorld {
  readonly isInstalled: (name: PackageName) => boolean
  /** Installed packages that provide the name. */
  readonly installedProviders: (name: PackageName) => readonly PackageName[]
  /** What the command names. */
  readonly targets: ReadonlySet<PackageName>
  /** Of the recipes of the targets those that provide the name. */
  readonly targetProviders: (name: PackageName) => readonly PackageName[]
  /** What the user has written down for the name. */
  readonly preferred: (name: PackageName) => PackageName | undefined
  readonly hasRecipe: (name: PackageName) => boolean
  /** Every recipe that provides the name: only asked for where all else says nothing. */
  readonly recipeProviders: (name: PackageName) => readonly PackageName[]
}

/** `named`: the command builds it anyway. `only`: no other recipe provides the name. */
export type ProviderReason = 'installed' | 'named' | 'preferred' | 'only'

export type ProviderChoice =
  /** The package of that name, or nothing has it. */
  | { readonly kind: 'itself' }
  | { readonly kind: 'provider'; readonly provider: PackageName; readonly because: ProviderReason }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly PackageName[] }

/**
 * Which package a dependency on `name` means. What is installed is taken before anything is built, then what is built anyway, then
 * what the user prefers (also before a recipe of that very name), then the recipe of that name, then the only one that provides it.
 */
export function chooseProvider(name: PackageName, world: ProviderWorld): ProviderChoice {
  if (world.targets.has(name) || world.isInstalled(name)) return { kind: 'itself' }
  const preferred = world.preferred(name)
  const among = (candidates: readonly PackageName[], because: ProviderReason): ProviderChoice | undefined => {
    const provider = preferred !== undefined && candidates.includes(preferred) ? preferred : candidates[0]
    return provider === undefined ? undefined : { kind: 'provider', provider, because }
  }
  const atHand = among(world.installedProviders(name), 'installed') ?? among(world.targetProviders(name), 'named')
  if (atHand !== undefined) return atHand
  if (preferred === name) return { kind: 'itself' }
  if (preferred !== undefined) return { kind: 'provider', provider: preferred, because: 'preferred' }
  if (world.hasRecipe(name)) return { kind: 'itself' }
  const candidates = world.recipeProviders(name)
  if (candidates.length > 1) return { kind: 'ambiguous', candidates }
  return among(candidates, 'only') ?? { kind: 'itself' }
}

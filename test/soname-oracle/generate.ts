import { createRandom, type Random } from '../hostile/random.ts'

/** A library that a package has: `lib<name>.so.<major>` with a function `<name>`. */
export interface MadeLibrary {
  readonly name: string
  readonly major: number
  /** `/usr/lib`, or a directory of the package's own, where only files look that are told so. */
  readonly directory: string
  /** What it is linked with. */
  readonly needs: readonly LinkedLibrary[]
  readonly value: number
  readonly symbols: readonly string[]
  /** Without the name that a linker looks for: it is only there for programs that are linked already. */
  readonly isOnlyForLoader?: boolean
}

export interface MadeProgram {
  readonly name: string
  readonly needs: readonly LinkedLibrary[]
}

/** A library as a file is linked with it. */
export interface LinkedLibrary {
  readonly name: string
  readonly directory: string
}

export interface MadePackage {
  readonly name: string
  readonly version: number
  /** Also such as nothing is linked with. */
  readonly depends: readonly string[]
  readonly libraries: readonly MadeLibrary[]
  readonly programs: readonly MadeProgram[]
}

/** Each package after those that it needs. */
export type MadeWorld = readonly MadePackage[]

const changeKinds = ['neutral', 'symbol', 'bump', 'bump-keeping'] as const

/** `bump-keeping`: the old name stays beside the new one. */
export interface LibraryChange {
  readonly kind: (typeof changeKinds)[number]
  readonly package: string
  readonly library: string
}

/** Packages of libraries and programs, with what makes it hard: private copies, copies for old programs, depends without linking. */
export function generateWorld(seed: number): MadeWorld {
  const random = createRandom(seed)
  const count = 7 + random.number(5)
  const packages: MadePackage[] = []
  for (let index = 0; index < count; index++) packages.push(generatePackage(index, packages, random))
  return packages
}

function generatePackage(index: number, earlier: readonly MadePackage[], random: Random): MadePackage {
  const name = `kg${index}`
  const isEarly = index < 3
  const libraries = Array.from({ length: isEarly ? 1 + random.number(2) : random.number(3) }, (_, number) => {
    const directory = !isEarly && random.once(4) ? `/usr/lib/${name}` : '/usr/lib'
    const needs = isEarly && index === 0 ? [] : choose(earlier, random)
    return { name: `${name}l${number}`, major: 1 + random.number(3), directory, needs, value: 1, symbols: [] }
  })
  const copies = random.once(3) ? copyLibrary(name, earlier, random) : []
  const own = [...libraries, ...copies].map((one) => ({ name: one.name, directory: one.directory }))
  const programs = Array.from({ length: isEarly ? 0 : 1 + random.number(2) }, (_, number) => ({
    name: `${name}p${number}`,
    needs: [...choose(earlier, random), ...(own.length > 0 && random.once(2) ? [pickOne(own, random)] : [])].filter(
      (one, at, all) => all.findIndex((other) => other.name === one.name) === at,
    ),
  }))
  const linked = [...libraries, ...programs].flatMap(({ needs }) => needs.map(ownerOf))
  const unlinked = earlier.length > 0 && random.once(3) ? [pickOne(earlier, random).name] : []
  const depends = [...new Set([...linked, ...unlinked])].filter((one) => one !== name).sort()
  return { name, version: 1, depends, libraries: [...libraries, ...copies], programs }
}

/** Up to three libraries of earlier packages that one can be linked with. */
function choose(earlier: readonly MadePackage[], random: Random): LinkedLibrary[] {
  const all = earlier.flatMap(({ libraries }) => libraries.filter((one) => one.isOnlyForLoader !== true))
  const chosen = Array.from({ length: all.length === 0 ? 0 : 1 + random.number(3) }, () => pickOne(all, random))
  return [...new Map(chosen.map(({ name, directory }) => [name, { name, directory }])).values()]
}

/** A copy of somebody's library: bundled where only the package itself looks, or kept for old programs where all look. */
function copyLibrary(owner: string, earlier: readonly MadePackage[], random: Random): MadeLibrary[] {
  const all = earlier.flatMap(({ libraries }) => libraries.filter(({ directory }) => directory === '/usr/lib'))
  if (all.length === 0) return []
  const copied = pickOne(all, random)
  const directory = random.once(3) ? '/usr/lib64' : `/usr/lib/${owner}`
  return [{ ...copied, directory, needs: [], isOnlyForLoader: true }]
}

function pickOne<Value>(values: readonly Value[], random: Random): Value {
  const value = values[random.number(values.length)]
  if (value === undefined) throw new Error('there is nothing to choose from')
  return value
}

/** `kg3l0` is a library of `kg3`. */
function ownerOf({ name }: LinkedLibrary): string {
  return name.replace(/l\d+$/, '')
}

/** A change of a library that others may be linked with. */
export function generateChange(world: MadeWorld, seed: number): LibraryChange {
  const random = createRandom(seed * 7919 + 13)
  const kind = random.pick([...changeKinds, 'bump'] as const)
  const candidates = world.flatMap((one) =>
    one.libraries
      .filter(({ isOnlyForLoader }) => isOnlyForLoader !== true)
      .map(({ name: library }) => ({ kind, package: one.name, library })),
  )
  return pickOne(candidates, random)
}

/** The world with the next version of the package whose library changes. */
export function changeWorld(world: MadeWorld, { kind, package: changed, library }: LibraryChange): MadeWorld {
  return world.map((one) => {
    if (one.name !== changed) return one
    const libraries = one.libraries.flatMap((before): MadeLibrary[] => {
      if (before.name !== library || before.isOnlyForLoader === true) return [before]
      const after = { ...before, value: before.value + 1 }
      if (kind === 'neutral') return [after]
      if (kind === 'symbol') return [{ ...after, symbols: [...before.symbols, 'more'] }]
      const bumped = { ...after, major: before.major + 1 }
      return kind === 'bump' ? [bumped] : [bumped, { ...before, isOnlyForLoader: true }]
    })
    return { ...one, version: one.version + 1, libraries }
  })
}

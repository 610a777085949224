import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PackageOffers } from '../../src/model/offers.ts'
import type { PackageName } from '../../src/model/package-name.ts'
import { findLostLibraries } from '../../src/plan/lost-libraries.ts'
import { changeWorld, generateChange, generateWorld, type LibraryChange, type MadeWorld } from './generate.ts'
import { buildWorld, findBrokenByLoader } from './made-root.ts'

type Packages = ReadonlyMap<PackageName, PackageOffers>

/** What is given to whoever finds the packages that must be rebuilt. */
export interface Question {
  readonly world: MadeWorld
  readonly change: LibraryChange
  readonly before: Packages
  /** Each package, were it built anew. */
  readonly rebuilt: Packages
}

export type Finder = (question: Question) => ReadonlySet<string>

/** As an upgrade does: what loses a library is rebuilt, until nothing does. */
export const findRebuilds: Finder = ({ change, before, rebuilt }) => {
  const after = new Map(before)
  const renew = (name: PackageName): void => {
    const offers = rebuilt.get(name)
    if (offers !== undefined) after.set(name, offers)
  }
  for (const name of before.keys()) if (name === change.package) renew(name)
  const found = new Set<string>()
  for (;;) {
    const lost = findLostLibraries(before, after).filter((one) => !found.has(one.package))
    if (lost.length === 0) return found
    for (const one of lost) {
      found.add(one.package)
      renew(one.package)
    }
  }
}

export interface Judgement {
  readonly change: LibraryChange
  readonly packages: number
  /** What the real loader says must be rebuilt. */
  readonly expected: readonly string[]
  readonly misses: readonly string[]
  readonly extra: readonly string[]
}

/** One seeded change of a seeded world, built: a full rebuild and the real loader say what must be rebuilt. */
export interface Scene {
  readonly question: Question
  readonly expected: ReadonlySet<string>
}

export function makeScene(seed: number): Scene {
  const directory = mkdtempSync(join(tmpdir(), 'kith-sonames-'))
  try {
    const world = generateWorld(seed)
    const change = generateChange(world, seed)
    const before = buildWorld(world, join(directory, 'before'))
    const after = buildWorld(changeWorld(world, change), join(directory, 'after'))
    const others = world.map(({ name }) => name).filter((name) => name !== change.package)
    const expected = findBrokenByLoader(before, after, others, join(directory, 'mixed'))
    return { question: { world, change, before: before.offers, rebuilt: after.offers }, expected }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export function judgeScene({ question, expected }: Scene, find: Finder = findRebuilds): Judgement {
  const found = find(question)
  return {
    change: question.change,
    packages: question.world.length,
    expected: [...expected].sort(),
    misses: [...expected].filter((name) => !found.has(name)).sort(),
    extra: [...found].filter((name) => !expected.has(name)).sort(),
  }
}

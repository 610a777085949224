import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PackageName, parsePackageName } from '../src/model/package-name.ts'
import { orderByDependency } from '../src/plan/order-by-dependency.ts'
import type { Work } from '../src/plan/work-queue.ts'

/** The packages of the live repositories where their facts are at hand, else as many made-up ones; dependencies first. */
export interface RecordedPackage {
  readonly name: PackageName
  readonly dependencies: readonly PackageName[]
  readonly sources: number
}

interface Facts {
  readonly name: string
  readonly depends: readonly { readonly name: string }[]
  readonly sources: readonly string[]
}

/** Beside the project, as for test/live-recipes.test.ts. */
const file = join(import.meta.dir, '..', '..', 'shared', 'data', 'kiss-repos.json')

export function loadPackages(): { readonly packages: readonly RecordedPackage[]; readonly isRecorded: boolean } {
  const isRecorded = existsSync(file)
  const facts = isRecorded ? (JSON.parse(readFileSync(file, 'utf8')) as Facts[]) : makeUp(571)
  const packages = new Map<PackageName, RecordedPackage>()
  for (const { name, depends, sources } of facts) {
    const dependencies = depends.map((one) => parsePackageName(one.name))
    packages.set(parsePackageName(name), { name: parsePackageName(name), dependencies, sources: sources.length })
  }
  const order = orderByDependency([...packages.keys()], (name) => packages.get(name)?.dependencies)
  return { isRecorded, packages: order.flatMap((name) => packages.get(name) ?? []) }
}

/** The package with the most behind it, and all that: what is built together on one day. */
export function largestClosure(packages: readonly RecordedPackage[]): readonly RecordedPackage[] {
  const byName = new Map(packages.map((one) => [one.name, one]))
  let largest = new Set<PackageName>()
  for (const { name } of packages) {
    const closure = new Set([name])
    for (const one of closure) for (const needed of byName.get(one)?.dependencies ?? []) closure.add(needed)
    if (closure.size > largest.size) largest = closure
  }
  return packages.filter(({ name }) => largest.has(name))
}

/** As deep and as dense as the recorded one: some sixty packages that much depends on, the others in chains and apart. */
function makeUp(count: number): Facts[] {
  const random = seededRandom(571)
  return Array.from({ length: count }, (_, index) => {
    const needs = new Set(
      Array.from({ length: Math.floor(random() * 5) }, () => Math.floor(random() ** 3 * index)).filter(
        (need) => need < index,
      ),
    )
    return {
      name: `made-up-${index}`,
      depends: [...needs].map((need) => ({ name: `made-up-${need}` })),
      sources: Array.from({ length: random() < 0.8 ? 1 : 1 + Math.floor(random() * 20) }, () => ''),
    }
  })
}

/** `log-normal`: most packages take a minute, few an hour. `sources`: the more sources, the longer, within a tenth. */
export type DurationModel = 'log-normal' | 'sources'

/** A fetch and a build for each package, with made-up durations: the same for the same seed. */
export function makeWork(packages: readonly RecordedPackage[], model: DurationModel, seed: number): Work[] {
  const random = seededRandom(seed)
  return packages.flatMap(({ name, dependencies, sources }): Work[] => {
    const buildMs =
      model === 'log-normal' ? 60_000 * Math.exp(1.2 * normal(random)) : 20_000 * sources * (0.9 + 0.2 * random())
    const needs = [`fetch ${name}`, ...dependencies.map((one) => `build ${one}`)]
    return [
      { id: `fetch ${name}`, kind: 'fetch', needs: [], durationMs: 1000 * sources * Math.exp(0.5 * normal(random)) },
      { id: `build ${name}`, kind: 'build', needs, durationMs: buildMs },
    ]
  })
}

/** Numbers from 0 to 1, the same for the same seed (xorshift, Marsaglia 2003). */
export function seededRandom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Normally distributed (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

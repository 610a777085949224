import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { planBuildOrder } from './build-order.ts'

const shared = join(import.meta.dir, '../../../shared')
const files = { recipes: join(shared, 'data/kiss-repos.json'), orders: join(shared, 'data/kiss-build-order.json') }
const isAbsent = !existsSync(files.recipes) || !existsSync(files.orders)

interface LiveRecipe {
  readonly name: string
  readonly depends: readonly { readonly name: string }[]
}

const recipes: LiveRecipe[] = isAbsent ? [] : JSON.parse(readFileSync(files.recipes, 'utf8'))
const orders: Record<string, string[] | null> = isAbsent ? {} : JSON.parse(readFileSync(files.orders, 'utf8'))
const dependencies = new Map(
  recipes.map(({ name, depends }) => [parsePackageName(name), depends.map((need) => parsePackageName(need.name))]),
)

function planOf(targets: readonly string[], installed: readonly string[] = []): readonly PackageName[] | null {
  try {
    return planBuildOrder(targets.map(parsePackageName), {
      dependenciesOf: (name) => dependencies.get(name),
      installed: new Set(installed.map(parsePackageName)),
    }).order
  } catch (error) {
    if (isKithError(error, 'dependencies-missing')) return null
    throw error
  }
}

describe.skipIf(isAbsent)(`live recipes${isAbsent ? ` (skipped: there is no ${shared})` : ''}`, () => {
  test('planBuildOrder() queues what sh kiss queues for 120 packages', () => {
    expect(Object.keys(orders)).toHaveLength(120)
    for (const [target, order] of Object.entries(orders))
      expect<unknown>([target, planOf([target])]).toEqual([target, order])
  })

  test('planBuildOrder() has an order for all of 571 packages but tuitube and vmwh, each after its dependencies', () => {
    expect(dependencies.size).toBe(571)
    const failing = [...dependencies.keys()].filter((target) => !isOrdered(target))

    expect(failing.map(String).sort()).toEqual(['tuitube', 'vmwh'])
  })

  test('planBuildOrder() orders all 569 at once in a moment', () => {
    const targets = [...dependencies.keys()].filter((name) => name !== 'tuitube' && name !== 'vmwh')
    const start = performance.now()
    const order = planOf(targets)

    expect(order).toHaveLength(targets.length)
    expect(performance.now() - start).toBeLessThan(200)
  })

  test('planBuildOrder() goes down the longest chain of 18, emacs-kiss-git to certs', () => {
    const chain = (
      'certs openssl python python-installer python-flit-core python-packaging python-setuptools meson libpciaccess ' +
      'libdrm libva mesa libepoxy gtk+3 emacs emacs-compat emacs-tsort emacs-kiss-git'
    ).split(' ')
    const order = planOf(['emacs-kiss-git']) ?? []
    const positions = chain.map((name) => order.indexOf(parsePackageName(name)))

    expect(positions).toEqual([...positions].sort((one, other) => one - other))
    expect(positions[0]).toBeGreaterThanOrEqual(0)
  })
})

/** Whether there is a plan for `target`; in it every package comes after all that it needs. */
function isOrdered(target: PackageName): boolean {
  const order = planOf([target])
  if (order === null) return false
  const position = new Map(order.map((name, index) => [name, index]))
  for (const name of order)
    for (const need of dependencies.get(name) ?? [])
      expect(position.get(need) ?? Number.POSITIVE_INFINITY).toBeLessThan(position.get(name) ?? -1)
  return true
}

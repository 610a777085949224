import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseDepends } from '../model/depends.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { closureOf, type PackageGraph } from './package-graph.ts'
import { findUnneeded, planRecursiveRemoval } from './unneeded.ts'

const graph = (needs: Readonly<Record<string, string>>): PackageGraph =>
  new Map(
    Object.entries(needs).map(([name, text]) => [
      parsePackageName(name),
      parseDepends(text.replaceAll(',', '\n'), 'depends').dependencies,
    ]),
  )
const names = (...all: string[]): PackageName[] => all.map(parsePackageName)
const automatic = (...all: string[]): Set<PackageName> => new Set(names(...all))

const installed = graph({ app: 'lib,tool make', lib: 'deep', deep: '', tool: '', other: 'deep' })

test('findUnneeded() finds what came along and nothing that was asked for needs to run, however far', () => {
  expect(findUnneeded(installed, automatic('lib', 'deep', 'tool'))).toEqual(names('tool'))
  expect(findUnneeded(installed, automatic('app', 'lib', 'deep', 'other'))).toEqual(
    names('app', 'lib', 'deep', 'other'),
  )
  expect(findUnneeded(installed, automatic())).toEqual([])
  expect(findUnneeded(graph({ one: 'two', two: 'one' }), automatic('one', 'two'))).toEqual(names('one', 'two'))
  expect(findUnneeded(graph({ musl: '', base: 'sh', sh: '' }), automatic('musl', 'sh', 'base'))).toEqual(names('musl'))
})

test('planRecursiveRemoval() takes along what came for what was named, and leaves what others need or somebody asked for', () => {
  expect(planRecursiveRemoval(installed, names('app'), automatic('lib', 'deep', 'tool'))).toEqual(names('app', 'lib'))
  expect(planRecursiveRemoval(installed, names('app', 'other'), automatic('lib', 'deep'))).toEqual(
    names('app', 'lib', 'deep', 'other'),
  )
  expect(planRecursiveRemoval(installed, names('app', 'other'), automatic('deep'))).toEqual(names('app', 'other'))
  expect(planRecursiveRemoval(installed, names('deep'), automatic('lib'))).toEqual(names('deep'))
})

const random = fc
  .array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 8 })
  .map((needs) =>
    graph(Object.fromEntries(needs.map((some, index) => [`p${index}`, some.map((n) => `p${n}`).join(',')]))),
  )

test('nothing that stays loses what it needs, and nothing that was asked for goes unasked', () => {
  const property = fc.property(random, fc.array(fc.nat(7)), fc.nat(7), (packages, came, first) => {
    const marked = automatic(...came.map((n) => `p${n}`))
    const named = names(`p${first}`).filter((name) => packages.has(name))
    const recursive = new Set(planRecursiveRemoval(packages, named, marked))
    const gone = new Set(findUnneeded(packages, marked))
    for (const [removed, isNamed] of [
      [recursive, true],
      [gone, false],
    ] as const)
      for (const name of packages.keys()) {
        if (removed.has(name)) expect(marked.has(name) || (isNamed && named.includes(name))).toBe(true)
        else
          for (const need of closureOf(packages, [name], 'run'))
            expect(removed.has(need) && !named.includes(need)).toBe(false)
      }
  })
  fc.assert(property)
})

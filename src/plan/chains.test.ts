import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Dependency } from '../model/depends.ts'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import { acyclicDependencies } from './arbitraries.ts'
import { type Chain, findChains, findRoots } from './chains.ts'
import { graphOf } from './graph-fixture.ts'
import { closureOf, needsOf, type PackageGraph } from './package-graph.ts'

const name = parsePackageName
const text = (chain: Chain): string =>
  chain.map((link) => `${link.name}${link.kind === 'make' ? ' (make)' : ''}`).join(' -> ')

function chains(graph: PackageGraph, target: string): string[] {
  return findChains(graph, name(target), findRoots(graph)).map(text)
}

test('findChains() tells the shortest way from every root and through every dependent, the shortest first', () => {
  const graph = graphOf({
    git: ['curl', 'zlib'],
    curl: ['openssl', 'zlib'],
    openssl: ['zlib make'],
    rsync: ['zlib'],
    vim: ['ncurses'],
    ncurses: [],
    zlib: [],
  })

  expect(chains(graph, 'zlib')).toEqual([
    'git -> zlib',
    'rsync -> zlib',
    'git -> curl -> zlib',
    'git -> curl -> openssl -> zlib (make)',
  ])
  expect(chains(graph, 'git')).toEqual([])
})

test('findChains() tells a way on which all is needed to run before one of the same length', () => {
  const graph = graphOf({ top: ['build make', 'link'], build: ['low'], link: ['low'], low: [] })

  expect(chains(graph, 'low')[0]).toBe('top -> link -> low')
})

test('findChains() ends in circles, and begins at a dependent that no root is above', () => {
  const graph = graphOf({ a: ['b'], b: ['a', 'c'], c: ['c'] })

  expect(chains(graph, 'c')).toEqual(['b -> c'])
})

test('findChains() has only real edges, and every dependent before the last, whatever the graph', () => {
  fc.assert(
    fc.property(acyclicDependencies(), (dependencies) => {
      const graph: PackageGraph = new Map(
        [...dependencies].map(([one, needs]) => [one, needs.map((need): Dependency => ({ name: need, kind: 'run' }))]),
      )
      const roots = findRoots(graph)
      for (const target of graph.keys()) {
        const found = findChains(graph, target, roots)
        for (const chain of found)
          chain.slice(1).forEach((link, index) => {
            expect(needsOf(graph, chain[index]?.name as PackageName)).toContain(link.name)
          })
        const lengths = found.map((chain) => chain.length)
        expect(lengths).toEqual([...lengths].sort((one, other) => one - other))
        const direct = [...graph.keys()].filter((one) => needsOf(graph, one).includes(target))
        expect(new Set(found.map((chain) => chain.at(-2)?.name))).toEqual(new Set(direct))
        const above = roots.filter((root) => root !== target && closureOf(graph, [root]).has(target))
        expect(new Set(found.map((chain) => chain[0]?.name))).toEqual(new Set(above))
      }
    }),
  )
})

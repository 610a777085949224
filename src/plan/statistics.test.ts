import { expect, test } from 'bun:test'
import { parsePackageName } from '../model/package-name.ts'
import { parseSources } from '../model/sources.ts'
import { countEach } from './counts.ts'
import { graphOf } from './graph-fixture.ts'
import { measureGraph } from './graph-statistics.ts'
import { type CountedRecipe, measureRecipes } from './statistics.ts'

function recipe(name: string, changes: Partial<CountedRecipe> & { readonly text?: string } = {}): CountedRecipe {
  return {
    name: parsePackageName(name),
    repository: '/repo',
    version: { version: '1', release: '1' },
    dependencies: [],
    sourceLines: parseSources(changes.text ?? '', 'sources').lines,
    checksums: undefined,
    isUsable: true,
    ...changes,
  }
}

test('measureRecipes() counts of each name the first, and tells what is hidden or broken', () => {
  const { packages, hidden, broken, repositories, gitVersions, releases } = measureRecipes([
    recipe('a', { version: { version: 'git', release: '2' } }),
    recipe('b', { isUsable: false, version: undefined }),
    recipe('a', { repository: '/other' }),
    recipe('c', { repository: '/other' }),
  ])

  expect<unknown>({ packages, hidden, broken, gitVersions }).toEqual({
    packages: 3,
    hidden: 1,
    broken: ['b'],
    gitVersions: 1,
  })
  expect(repositories).toEqual([
    { name: '/repo', count: 2 },
    { name: '/other', count: 1 },
  ])
  expect(releases).toEqual([
    { name: '1', count: 1 },
    { name: '2', count: 1 },
  ])
})

test('measureRecipes() tells sources by kind, form, place and host', () => {
  const text = [
    '# comment',
    'https://user@example.org:8080/a-1.tar.gz sub',
    'http://example.org/b.crate',
    'https://example.net/c.tar.xz?no-extract',
    'files/d',
    'e.patch',
    'git+https://example.net/f#0123456789',
    'git+https://example.net/g',
  ].join('\n')
  const { sources } = measureRecipes([recipe('a', { text }), recipe('b', { text: 'files/x' })])

  expect(sources).toMatchObject({ entries: 8, remote: 3, local: 3, git: 2, comments: 1, withDestination: 1, single: 1 })
  const shown = (counts: readonly { name: string; count: number }[]) =>
    counts.map(({ name, count }) => `${name} ${count}`)
  expect(shown(sources.schemes)).toEqual(['https 2', 'http 1'])
  expect(shown(sources.forms)).toEqual(['crate 1', 'no-extract 1', 'tar.gz 1'])
  expect(shown(sources.localPlaces)).toEqual(['files/ 2', 'beside build 1'])
  expect(shown(sources.gitReferences)).toEqual(['commit 1', 'unpinned 1'])
  expect(shown(sources.hosts)).toEqual(['example.net 3', 'example.org 2'])
})

test('measureGraph() finds circles, what nobody has, and the longest chain', () => {
  const graph = graphOf({ a: ['b', 'c make'], b: ['a', 'd'], c: ['d'], d: ['e make', 'lost'], e: [] })
  const found = measureGraph(graph)

  expect<unknown>(found).toMatchObject({ edges: 7, runEdges: 5, makeEdges: 2, withoutDependencies: 1 })
  expect<unknown>(found.cycles).toEqual([['a', 'b', 'a']])
  expect<unknown>(found.dangling).toEqual([{ name: 'lost', neededBy: ['d'] }])
  expect<unknown>(found.longestChain).toEqual(['a', 'b', 'd', 'e'])
  expect<unknown>(found.longestRunChain).toEqual(['a', 'b', 'd', 'lost'])
  expect(found.largestClosures[0]).toEqual({ name: 'a', count: 5 })
})

test('countEach() has the most frequent first, equal ones by name', () => {
  expect(countEach(['b', 'a', 'c', 'c']).map(({ name }) => name)).toEqual(['c', 'a', 'b'])
})

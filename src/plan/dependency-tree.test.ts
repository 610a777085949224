import { expect, test } from 'bun:test'
import { parsePackageName } from '../model/package-name.ts'
import { layOutTree } from './dependency-tree.ts'
import { graphOf } from './graph-fixture.ts'
import type { PackageGraph } from './package-graph.ts'

/** Indented names, with `+` where more follows beside a line, and the state of lines that are not open. */
function draw(graph: PackageGraph, roots: readonly string[], withMake = false): string[] {
  const lines = layOutTree(graph, roots.map(parsePackageName), { withMake })
  return [...lines].map(({ name, follows, state }) => {
    const end = follows.at(-1) === true ? '+' : ''
    return `${'  '.repeat(follows.length)}${name}${end}${state === 'open' ? '' : ` (${state})`}`
  })
}

test('layOutTree() folds what stands above already, if there is something below it', () => {
  const graph = graphOf({ top: ['a', 'b'], a: ['low'], b: ['a', 'low', 'lost'], low: [] })

  expect(draw(graph, ['top', 'b'])).toEqual([
    'top',
    '  a+',
    '    low',
    '  b',
    '    a+ (folded)',
    '    low+',
    '    lost (missing)',
    'b (folded)',
  ])
})

test('layOutTree() leaves out what is needed to build only, unless it is asked for', () => {
  const graph = graphOf({ top: ['a make', 'b'], a: [], b: [] })

  expect(draw(graph, ['top'])).toEqual(['top', '  b'])
  expect(draw(graph, ['top'], true)).toEqual(['top', '  a+', '  b'])
})

test('layOutTree() tells a circle where it closes', () => {
  const graph = graphOf({ a: ['b'], b: ['a', 'b'] })

  expect(draw(graph, ['a'])).toEqual(['a', '  b', '    a+ (circle)', '    b (circle)'])
})

test('layOutTree() walks a chain of 5,000', () => {
  const chain = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`p${index}`, [`p${index + 1}`]]))

  expect([...layOutTree(graphOf(chain), [parsePackageName('p0')], { withMake: false })]).toHaveLength(5001)
})

import { expect, test } from 'bun:test'
import { type PackageName, parsePackageName } from '../model/package-name.ts'
import type { Problem } from '../model/problem.ts'
import { graphOf } from './graph-fixture.ts'
import { findObstacles } from './obstacles.ts'

const name = parsePackageName

function search(depends: Record<string, string[]>, installed: readonly string[] = [], broken: readonly string[] = []) {
  const graph = graphOf(depends)
  const problem: Problem = { severity: 'error', file: 'version', sentence: 'is empty' }
  const candidateOf = (one: PackageName) => {
    const dependencies = graph.get(one)
    return dependencies && { dependencies, problems: broken.includes(one) ? [problem] : [] }
  }
  return findObstacles(name('top'), { candidateOf, installed: new Set(installed.map(name)) })
}

test('findObstacles() tells what is missing and broken at once, each with the way to it', () => {
  const { obstacles } = search({ top: ['a', 'b make'], a: ['lost'], b: ['a'] }, [], ['b'])

  expect<unknown>(obstacles.map(({ kind, chain }) => [kind, chain])).toEqual([
    ['missing', ['top', 'a', 'lost']],
    ['broken', ['top', 'b']],
  ])
})

test('findObstacles() tells a circle, and does not look behind what is installed', () => {
  const depends = { top: ['a'], a: ['b'], b: ['a', 'lost'] }

  expect<unknown>(search(depends).obstacles[0]).toMatchObject({ kind: 'circle', cycle: ['a', 'b', 'a'] })
  expect(search(depends, ['a'])).toEqual({ obstacles: [], needed: [name('top')] })
})

test('findObstacles() needs everything below in building order where nothing stands in the way', () => {
  expect<unknown>(search({ top: ['a', 'b'], a: ['c make'], b: ['c'], c: [] })).toEqual({
    obstacles: [],
    needed: ['c', 'a', 'b', 'top'],
  })
})

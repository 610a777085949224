import { expect, test } from 'bun:test'
import type { BuildInput } from '../model/build-record.ts'
import { compareInputs } from './build-causes.ts'

const input = (kind: BuildInput['kind'], name: string, value: string): BuildInput => ({ kind, name, value })
const before = [
  input('recipe', 'build', 'a'),
  input('source', 'https://x', 'sha256:1'),
  input('dependency', 'lib', '1'),
  input('dependency', 'need-of-lib', '1'),
  input('environment', 'CFLAGS', '-O2'),
]
const nothing = { dependencies: new Set<string>(), sources: new Set<string>() }

test('compareInputs() finds nothing in what is the same', () => {
  expect(compareInputs(before, [...before].reverse(), nothing)).toEqual([])
})

test('compareInputs() tells what is new, gone or another, with values that people can read', () => {
  const now = [
    input('recipe', 'build', 'b'),
    input('source', 'https://y', 'sha256:1'),
    input('dependency', 'lib', '1'),
    input('dependency', 'need-of-lib', '1'),
    input('environment', 'CFLAGS', '-O3'),
  ]

  expect(compareInputs(before, now, nothing)).toEqual([
    { kind: 'input', change: 'changed', input: 'recipe', name: 'build' },
    { kind: 'input', change: 'added', input: 'source', name: 'https://y' },
    { kind: 'input', change: 'changed', input: 'environment', name: 'CFLAGS', before: '-O2', now: '-O3' },
    { kind: 'input', change: 'removed', input: 'source', name: 'https://x' },
  ])
})

test('compareInputs() does not take what is not known yet, nor what came with it, for gone', () => {
  const now = before.filter(({ kind }) => kind !== 'dependency' && kind !== 'source')
  const undecided = { dependencies: new Set(['lib']), sources: new Set(['https://x']) }

  expect(compareInputs(before, now, undecided)).toEqual([])
})

test('compareInputs() shows no hash of a secret', () => {
  const hashed = (text: string) => input('environment', 'TOKEN', `sha256:${text}`)

  expect(compareInputs([hashed('1')], [hashed('2')], nothing)).toEqual([
    { kind: 'input', change: 'changed', input: 'environment', name: 'TOKEN' },
  ])
})

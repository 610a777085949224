import { expect, test } from 'bun:test'
import { parseDepends } from './depends.ts'
import {
  describeOverride,
  overrideDependencies,
  overrideDependsText,
  overrideEnvironment,
  parseOverrideDepends,
  parseOverrideEnvironment,
} from './override.ts'

const changes = parseOverrideDepends('# mine\n-libX11\n\n+musl make\n +zlib\n', 'd')
const variables = parseOverrideEnvironment('# mine\nCFLAGS+=-O3 -g\nCC=gcc "x" \nNEW+=a\n', 'e')

test('a depends filter takes away, adds, and changes what for; other lines stay as they are', () => {
  expect(changes.problems).toEqual([])
  const text = '# why\nlibX11\nzlib   make\ncurl\n'
  const after = overrideDependsText(text, changes.items)

  expect(after).toBe('# why\ncurl\nmusl make\nzlib\n')
  expect(overrideDependencies(parseDepends(text, 'd').dependencies, changes.items)).toEqual(
    parseDepends(after, 'd').dependencies,
  )
  expect(overrideDependsText('', parseOverrideDepends('+a\n-a\n', 'd').items)).toBe('')
})

test('variables replace, or are added to, what is there', () => {
  expect(variables.problems).toEqual([])
  expect(overrideEnvironment({ CFLAGS: '-O2', CC: 'cc', LD: undefined }, variables.items)).toEqual({
    CFLAGS: '-O2 -O3 -g',
    CC: 'gcc "x" ',
    LD: undefined,
    NEW: 'a',
  })
})

test('every wrong line is told with its number', () => {
  const wrong = parseOverrideDepends('zlib\n-a make\n+b run\n+../c\n', 'd').problems.map(({ line }) => line)
  expect(wrong).toEqual([1, 2, 3, 4])
  const others = parseOverrideEnvironment('1X=2\nPWD=/\nCFLAGS\n', 'e').problems
  expect(others.map(({ line, sentence }) => `${line} ${sentence}`)).toEqual([
    '1 "1X=2" is not NAME=value or NAME+=value',
    '2 PWD is set by kith itself',
    '3 "CFLAGS" is not NAME=value or NAME+=value',
  ])
})

test('describeOverride() says all of it in one line', () => {
  const override = { directory: '/o', environment: variables.items, dependencies: changes.items, patches: ['/o/p'] }

  expect(describeOverride(override)).toBe('CFLAGS CC NEW, -libX11 +musl make +zlib, 1 patch')
})

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { globMatcher } from './glob.ts'

const matching = (pattern: string, ...names: string[]) => names.filter(globMatcher(pattern))

test('globMatcher() knows * and ?', () => {
  expect(matching('al*', 'alpha', 'al', 'beta', 'total')).toEqual(['alpha', 'al'])
  expect(matching('be?a', 'beta', 'bea', 'betta')).toEqual(['beta'])
  expect(matching('*a*b*', 'xaxbx', 'ab', 'ba')).toEqual(['xaxbx', 'ab'])
  expect(matching('*', 'a', '')).toEqual(['a', ''])
  expect(matching('', 'a', '')).toEqual([''])
})

test('globMatcher() knows sets, ranges and their complement', () => {
  expect(matching('[ab]*', 'alpha', 'beta', 'gamma')).toEqual(['alpha', 'beta'])
  expect(matching('[a-c]x', 'ax', 'cx', 'dx')).toEqual(['ax', 'cx'])
  expect(matching('[!a-c]x', 'ax', 'dx')).toEqual(['dx'])
  expect(matching('[]a]', ']', 'a', 'b')).toEqual([']', 'a'])
  expect(matching('[a-]', 'a', '-', 'b')).toEqual(['a', '-'])
})

test('globMatcher() takes the rest for itself: gtk+3, x.org, an open bracket, an escaped star', () => {
  expect(matching('gtk+3', 'gtk+3', 'gtkk3')).toEqual(['gtk+3'])
  expect(matching('x.org', 'x.org', 'xxorg')).toEqual(['x.org'])
  expect(matching('[ab', '[ab', 'a')).toEqual(['[ab'])
  expect(matching('\\*', '*', 'a')).toEqual(['*'])
  expect(matching('a\\', 'a\\')).toEqual(['a\\'])
})

test('globMatcher() matches a leading dot with a dot only', () => {
  for (const pattern of ['*', '?git', '[.]git', '[!a]git']) expect(matching(pattern, '.git')).toEqual([])
  expect(matching('.*', '.git', 'git')).toEqual(['.git'])
})

test('globMatcher() takes a moment for a pattern that makes others take forever', () => {
  const start = performance.now()

  expect(globMatcher('a*'.repeat(60))('a'.repeat(200).concat('b').repeat(20))).toBe(true)
  expect(globMatcher(`${'a*'.repeat(60)}c`)('a'.repeat(4000))).toBe(false)
  expect(performance.now() - start).toBeLessThan(500)
})

test('globMatcher() agrees with a regular expression, for any stars and letters', () => {
  const pattern = fc.array(fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]'), { maxLength: 8 })
  const name = fc.stringMatching(/^[abc]{0,8}$/)
  const translate = (token: string) => ({ '*': '.*', '?': '.' })[token] ?? token.replace('[!', '[^')
  fc.assert(
    fc.property(pattern, name, (tokens, text) => {
      expect(globMatcher(tokens.join(''))(text)).toBe(new RegExp(`^${tokens.map(translate).join('')}$`).test(text))
    }),
  )
})

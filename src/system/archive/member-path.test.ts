import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { KithError } from '../../errors/kith-error.ts'
import { memberPath, memberPaths } from './member-path.ts'

test('memberPath() drops what means nothing and refuses what leads out', () => {
  for (const bytes of ['a/b', './a/b', 'a//b/', 'a/./b', './/a/b/.'])
    expect(String(memberPath(bytes, 'x'))).toBe('/a/b')
  for (const bytes of ['.', './', '././/']) expect(String(memberPath(bytes, 'x'))).toBe('/')
  for (const bytes of ['/a', '//a', '..', 'a/..', 'a/../b', './../a', 'a'.repeat(256), 'a\0b', 'a/'.repeat(2100)])
    expect(() => memberPath(bytes, 'x')).toThrow(KithError)
})

test('memberPaths() gives what memberPath() gives, whatever came before', () => {
  const segment = fc.constantFrom('a', 'b', '..', '.', '', 'c'.repeat(255), 'c'.repeat(256), '\xff', 'd/'.repeat(1900))
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'))
  const outcome = (call: () => string): string => {
    try {
      return call()
    } catch (error) {
      return String(error)
    }
  }
  fc.assert(
    fc.property(fc.array(path), (paths) => {
      const pathOf = memberPaths('x')
      for (const one of paths) expect(outcome(() => pathOf(one))).toBe(outcome(() => memberPath(one, 'x')))
    }),
  )
})

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { packageNames } from './arbitraries.ts'
import { packageNameFault, parsePackageName } from './package-name.ts'

test('parsePackageName() takes the names of live packages: gtk+3, libatomic_ops, 9base', () => {
  for (const name of ['gtk+3', 'libatomic_ops', 'wpa_supplicant', 'libstdc++', 'x.org', 'Upper', '9base', 'foot-pgo'])
    expect<string>(parsePackageName(name)).toBe(name)
})

test('parsePackageName() refuses what would be a pattern, a path or two words', () => {
  for (const name of ['', '.', '..', 'a/b', '../etc', 'fi*e', 'fine!', '[f]ine', 'a b', 'a\tb', 'a\nb', 'a>b', 'a\0b'])
    expect(() => parsePackageName(name)).toThrow(`Cannot use package name`)
})

test('parsePackageName() only gives names that are one segment of a path', () => {
  fc.assert(
    fc.property(packageNames(), (name) => {
      expect(packageNameFault(name)).toBeUndefined()
      expect(name).not.toContain('/')
      expect(['.', '..']).not.toContain(name)
    }),
  )
})

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { compareVersions, isPreRelease, newestVersion } from './version-order.ts'

test('compareVersions() orders as upstreams count', () => {
  const ordered = [
    '0.9',
    '1.0-alpha',
    '1.0_beta2',
    '1.0rc1',
    '1.0',
    '1.0a',
    '1.0p1',
    '1.0.0',
    '1.0.1',
    '1.2',
    '1.10',
    '2',
    '20240101',
  ]
  for (const [index, version] of ordered.entries())
    for (const [position, other] of ordered.entries())
      expect([version, other, Math.sign(compareVersions(version, other))]).toEqual([
        version,
        other,
        Math.sign(index - position),
      ])
  expect(compareVersions('1.02', '1.2')).toBe(0)
  expect(compareVersions('v1.2', 'v1.2')).toBe(0)
})

test('compareVersions() is an order, whatever the texts', () => {
  const version = fc.stringMatching(/^[0-9a-c.rc-]{0,8}$/)
  fc.assert(
    fc.property(version, version, version, (one, other, third) => {
      expect(Math.sign(compareVersions(one, other))).toBe(-Math.sign(compareVersions(other, one)) + 0)
      if (compareVersions(one, other) <= 0 && compareVersions(other, third) <= 0)
        expect(compareVersions(one, third)).toBeLessThanOrEqual(0)
    }),
  )
})

test('isPreRelease() and newestVersion() tell what they say', () => {
  expect(['1.0-rc1', '2.0beta', '1.3.dev4'].every(isPreRelease)).toBe(true)
  expect(['1.0', '9.1p1', '1.1.1w'].some(isPreRelease)).toBe(false)
  expect(newestVersion(['1.9', '1.10', '1.2'])).toBe('1.10')
  expect(newestVersion([])).toBeUndefined()
})

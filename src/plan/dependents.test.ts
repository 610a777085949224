import { expect, test } from 'bun:test'
import { parseDepends } from '../model/depends.ts'
import { parsePackageName } from '../model/package-name.ts'
import { findBroken } from './dependents.ts'

test('findBroken() finds who misses a name that only packages which go are or provide', () => {
  const packages = { viewer: 'jpeg', builder: 'jpeg make', editor: 'png', turbo: '', moz: '' }
  const installed = Object.entries(packages).map(([name, depends]) => ({
    name: parsePackageName(name),
    dependencies: parseDepends(`${depends}\n`, 'depends').dependencies,
  }))
  const holders: Readonly<Record<string, readonly string[]>> = { jpeg: ['turbo', 'moz'] }
  const broken = (...going: readonly string[]): string[] =>
    findBroken(new Set(going.map(parsePackageName)), installed, (name) =>
      (holders[name] ?? []).map(parsePackageName),
    ).map(({ name, needs }) => `${name} ${needs}`)

  expect(broken('turbo')).toEqual([])
  expect(broken('turbo', 'moz')).toEqual(['viewer jpeg'])
  expect(broken('turbo', 'moz', 'viewer')).toEqual([])
})

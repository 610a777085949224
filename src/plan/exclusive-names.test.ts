import { expect, test } from 'bun:test'
import { parsePackageName } from '../model/package-name.ts'
import { parseProvides } from '../model/provides.ts'
import { findExclusiveClashes } from './exclusive-names.ts'

function clashes(packages: Readonly<Record<string, string>>): string[] {
  const all = Object.entries(packages).map(([name, text]) => ({
    name: parsePackageName(name),
    ...parseProvides(text, 'provides'),
  }))
  return findExclusiveClashes(all).map(({ name, holders }) => `${name}: ${holders.join(' ')}`)
}

test('findExclusiveClashes() finds names of which one is exclusive to any of their holders', () => {
  expect(clashes({ turbo: '!jpeg', moz: 'jpeg', jpeg: '', zlib: 'z' })).toEqual(['jpeg: turbo moz jpeg'])
  expect(clashes({ turbo: '!jpeg', jpeg: '' })).toEqual(['jpeg: turbo jpeg'])
  expect(clashes({ jpeg: '!jpeg', turbo: 'jpeg' })).toEqual(['jpeg: jpeg turbo'])
  expect(clashes({ turbo: 'jpeg', moz: 'jpeg', jpeg: '' })).toEqual([])
  expect(clashes({ turbo: '!jpeg\n!jpegtran', moz: '' })).toEqual([])
})

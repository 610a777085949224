import { expect, test } from 'bun:test'
import { parsePackageName } from '../model/package-name.ts'
import { findUpgrades } from './upgrades.ts'

const version = (text: string, release = '1') => ({ version: text, release })
const names = ['curl', 'gone', 'old', 'same', 'odd', 'broken'].map(parsePackageName)
const [curl, gone, old, same, odd, broken] = names
const installed = new Map(names.map((name) => [name, { version: name === odd ? undefined : version('2.0') }]))

test('findUpgrades() lists every other version, also a lower one, and what no repository has', () => {
  const available = new Map([
    [curl, version('2.0', '2')],
    [old, version('1.0')],
    [same, version('2.0')],
    [odd, version('2.0')],
  ])

  const found = findUpgrades(installed, (name) => (name === broken ? 'unreadable' : (available.get(name) ?? 'missing')))

  expect(found.upgrades.map(({ name, to }) => `${name} ${to.version}-${to.release}`)).toEqual([
    'curl 2.0-2',
    'old 1.0-1',
    'odd 2.0-1',
  ])
  expect(found.unreadable).toEqual(broken === undefined ? [] : [broken])
  expect(found.orphans).toEqual(gone === undefined ? [] : [gone])
})

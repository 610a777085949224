import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parsePackageName } from '../model/package-name.ts'
import { acyclicDependencies } from './arbitraries.ts'
import { orderByDependency } from './order-by-dependency.ts'

function order(names: string, depends: Readonly<Record<string, string>>): string {
  const dependenciesOf = (parent: string) => depends[parent]?.split(' ').map(parsePackageName)
  return orderByDependency(names.split(' ').map(parsePackageName), dependenciesOf).join(' ')
}

test('orderByDependency() orders what it is given by what lies between, and lists nothing twice', () => {
  expect(order('one apart four one', { one: 'two', two: 'three', three: 'four' })).toBe('four one apart')
  expect(
    order('top zebra bottom summit left right', {
      left: 'bottom',
      right: 'bottom left',
      summit: 'left right',
      top: 'left right bottom',
      zebra: 'bottom',
    }),
  ).toBe('bottom left right top zebra summit')
})

test('orderByDependency() has an order for circles and for names that nothing provides', () => {
  expect(order('pong ping', { ping: 'pong', pong: 'ping' })).toBe('ping pong')
  expect(order('self ghost', { self: 'self ghost' })).toBe('ghost self')
})

test('orderByDependency() puts each name after all that it needs, for any dependencies', () => {
  fc.assert(
    fc.property(acyclicDependencies(), fc.infiniteStream(fc.boolean()), (dependencies, choice) => {
      const names = [...dependencies.keys()].filter(() => choice.next().value).reverse()
      const ordered = orderByDependency(names, (name) => dependencies.get(name))

      expect(new Set(ordered)).toEqual(new Set(names))
      expect(ordered).toHaveLength(names.length)
      for (const name of names)
        for (const need of dependencies.get(name) ?? [])
          if (names.includes(need)) expect(ordered.indexOf(need)).toBeLessThan(ordered.indexOf(name))
    }),
  )
})

import { expect, test } from 'bun:test'
import { type PackageOffers, parseOffers } from '../model/offers.ts'
import { parsePackageName } from '../model/package-name.ts'
import { findLostLibraries, findUsers } from './lost-libraries.ts'

type Spec = Readonly<Record<string, string>>

/** `has libz.so.1 /usr/lib`, `needs libz.so.1 /opt`, `needs32 …`: one line each, separated by `;`. */
function packages(spec: Spec): Map<ReturnType<typeof parsePackageName>, PackageOffers> {
  return new Map(
    Object.entries(spec).map(([name, text]) => {
      const lines = text
        .split(';')
        .filter((one) => one.trim() !== '')
        .map((one) => {
          const [word = '', library = '', place] = one.trim().split(' ')
          const abi = word.endsWith('32') ? '32le/3' : '64le/62'
          const isOffer = word.startsWith('has')
          return `${isOffer ? 'offers' : 'needs'} so:${library} - ${abi} ${place ?? (isOffer ? '/usr/lib' : '-')}\n`
        })
      return [parsePackageName(name), parseOffers(lines.join('')) ?? { offers: [], needs: [] }]
    }),
  )
}

function lost(before: Spec, change: Spec): string[] {
  return findLostLibraries(packages(before), packages({ ...before, ...change })).map(
    (one) => `${one.package} ${one.library} ${one.from}`,
  )
}

const z1 = { z: 'has libz.so.1', app: 'needs libz.so.1; needs libc.so.6', other: 'needs libc.so.6' }

test('findLostLibraries() finds exactly those whose library is gone', () => {
  expect(lost(z1, { z: 'has libz.so.2' })).toEqual(['app libz.so.1 z'])
  expect(lost(z1, { z: 'has libz.so.1; has libz.so.2' })).toEqual([])
  expect(lost(z1, { z: 'has libz.so.1 /lib64' })).toEqual([])
  expect(lost(z1, {})).toEqual([])
})

test('findLostLibraries() looks at what was built meanwhile as it is now', () => {
  expect(lost(z1, { z: 'has libz.so.2', app: 'needs libz.so.2' })).toEqual([])
  // From a cache, built against the old one.
  expect(lost(z1, { z: 'has libz.so.2', fresh: 'needs libz.so.1' })).toEqual(['app libz.so.1 z', 'fresh libz.so.1 z'])
})

test('findLostLibraries() takes a library that another package has, where the loader finds it, for the same machine', () => {
  const change = { z: 'has libz.so.2' }
  expect(lost({ ...z1, ng: 'has libz.so.1' }, change)).toEqual([])
  expect(lost({ ...z1, ng: 'has32 libz.so.1 /usr/lib32' }, change)).toEqual(['app libz.so.1 z'])
  expect(lost({ ...z1, bundle: 'has libz.so.1 /usr/lib/bundle' }, change)).toEqual(['app libz.so.1 z'])
  expect(lost({ ...z1, bundle: 'has libz.so.1 /usr/lib/bundle', app: 'needs libz.so.1 /lib/bundle' }, change)).toEqual(
    [],
  )
  expect(lost({ ...z1, app: 'needs32 libz.so.1' }, change)).toEqual([])
})

test('findLostLibraries() sees what only the loader is told of, and leaves alone what never was there', () => {
  const llvm = { llvm: 'has libLLVM.so.19 /usr/lib/llvm/lib', mesa: 'needs libLLVM.so.19' }
  expect(lost(llvm, { llvm: 'has libLLVM.so.20 /usr/lib/llvm/lib' })).toEqual(['mesa libLLVM.so.19 llvm'])
  expect(lost({ ...llvm, mesa: 'needs libX.so.1' }, { llvm: '' })).toEqual([])
  // The one that was found stays; a copy for somebody else goes.
  const both = { z: 'has libz.so.1', bundle: 'has libz.so.1 /usr/lib/bundle', app: 'needs libz.so.1' }
  expect(lost(both, { bundle: '' })).toEqual([])
})

test('findUsers() finds who needs a library of what will change', () => {
  const users = findUsers(packages({ ...z1, y: 'has liby.so.1; needs libz.so.1' }), new Set([parsePackageName('z')]))

  expect([...users].map(String)).toEqual(['app,z', 'y,z'])
})

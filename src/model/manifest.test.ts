import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { fileTexts, treePaths } from './arbitraries.ts'
import { parseManifest, printManifest } from './manifest.ts'
import { textTreePath, treePathFault } from './tree-path.ts'

test('parseManifest() keeps the order and tells directories by their slash', () => {
  expect(parseManifest('/usr/bin/pigz\n/usr/bin/\n/usr/\n')).toEqual({
    entries: [
      { path: textTreePath('/usr/bin/pigz'), isDirectory: false },
      { path: textTreePath('/usr/bin'), isDirectory: true },
      { path: textTreePath('/usr'), isDirectory: true },
    ],
    faults: [],
  })
})

test('parseManifest() refuses lines that lead out of the root, or are the root', () => {
  const { entries, faults } = parseManifest('/usr/../../etc/passwd\nusr/bin\n//etc\n/\n/a/./b\n/ok\n')

  expect(entries.map(({ path }): string => path)).toEqual(['/ok'])
  expect(faults.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5])
})

test('printManifest() sorts bytewise descending, so that files precede their directory, and lists nothing twice', () => {
  const entry = (text: string, isDirectory = false) => ({ path: textTreePath(text), isDirectory })
  const entries = [entry('/etc', true), entry('/usr', true), entry('/etc/b'), entry('/etc/a'), entry('/etc/b')]

  expect(printManifest(entries)).toBe('/usr/\n/etc/b\n/etc/a\n/etc/\n')
})

test('printManifest() and parseManifest() are inverse up to order', () => {
  const entry = fc.record({ path: treePaths(), isDirectory: fc.boolean() })
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: ({ path }) => path }), (entries) => {
      const text = printManifest(entries)
      const reading = parseManifest(text)

      expect(reading.faults).toEqual([])
      expect(new Set(reading.entries.map(({ path }) => path))).toEqual(new Set(entries.map(({ path }) => path)))
      expect(printManifest(reading.entries)).toBe(text)
    }),
  )
})

test('parseManifest() lets no path leave its tree, for any text', () => {
  fc.assert(
    fc.property(fileTexts(), (text) => {
      for (const { path } of parseManifest(`/${text}`).entries) {
        expect(treePathFault(path)).toBeUndefined()
        expect<string>(path).not.toBe('/')
      }
    }),
  )
})

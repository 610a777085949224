import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { treePaths } from '../model/arbitraries.ts'
import { ancestorPaths, textTreePath } from '../model/tree-path.ts'
import { planObsolete } from './obsolete.ts'

const entry = textTreePath('/var/db/kiss/installed/pigz')
const old = (line: string, isEdited = false) => ({
  place: textTreePath(line.replace(/\/$/, '')),
  isDirectory: line.endsWith('/'),
  isEdited,
})
const lines = (...texts: string[]) => texts.map((text) => old(text))
const needed = (...texts: string[]) => new Set(texts.map(textTreePath))
const shown = (input: Omit<Parameters<typeof planObsolete>[0], 'entry'>) =>
  planObsolete({ ...input, entry }).operations.map(({ kind, ...one }) => `${kind} ${'path' in one ? one.path : ''}`)

test('planObsolete() removes what is in a directory before the directory', () => {
  expect(shown({ old: lines('/usr/', '/usr/bin/', '/usr/bin/pigz', '/usr/bin-old'), needed: needed() })).toEqual([
    'remove /usr/bin/pigz',
    'remove /usr/bin-old',
    'remove-directory /usr/bin',
    'remove-directory /usr',
  ])
})

test('planObsolete() removes the database entry last, its manifest after its other files', () => {
  const database = lines(
    `${entry}/`,
    `${entry}/manifest`,
    `${entry}/version`,
    '/var/db/',
    '/var/',
    '/var/lib/x',
    '/zoo',
  )

  expect(shown({ old: database, needed: needed() })).toEqual([
    'remove /zoo',
    'remove /var/lib/x',
    `remove ${entry}/version`,
    `remove ${entry}/manifest`,
    `remove-directory ${entry}`,
    'remove-directory /var/db',
    'remove-directory /var',
  ])
})

test('planObsolete() leaves what is needed, and every directory above it', () => {
  expect(shown({ old: lines('/usr/', '/usr/lib/', '/usr/lib/a', '/usr/lib/b'), needed: needed('/usr/lib/a') })).toEqual(
    ['remove /usr/lib/b'],
  )
})

test('planObsolete() leaves edited /etc files and says so', () => {
  const plan = planObsolete({ old: [old('/etc/a', true), old('/etc/b')], entry, needed: needed() })

  expect(plan.keptEtc).toEqual([textTreePath('/etc/a')])
  expect(plan.operations).toEqual([{ kind: 'remove', path: textTreePath('/etc/b') }])
})

test('planObsolete() removes each place once, although two paths led there', () => {
  expect(shown({ old: lines('/usr/bin/x', '/usr/bin/x'), needed: needed() })).toEqual(['remove /usr/bin/x'])
})

test('planObsolete() removes exactly what is old and not needed, children before their directories', () => {
  const places = fc.uniqueArray(treePaths(), { maxLength: 20 })
  fc.assert(
    fc.property(places, places, (olds, news) => {
      const { operations } = planObsolete({
        old: olds.map((place) => ({ place, isDirectory: false, isEdited: false })),
        entry,
        needed: new Set(news),
      })
      const removed = operations.map((operation) => ('path' in operation ? operation.path : undefined))
      const staying = new Set(news.flatMap((place) => [place, ...ancestorPaths(place)]))

      expect(new Set(removed)).toEqual(new Set(olds.filter((place) => !staying.has(place))))
      for (const [index, path] of removed.entries())
        for (const above of path === undefined ? [] : ancestorPaths(path))
          expect(removed.slice(0, index)).not.toContain(above)
    }),
  )
})

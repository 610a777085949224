import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseProvides } from './provides.ts'

test('parseProvides() reads names, versions and what is exclusive', () => {
  const { provides, problems } = parseProvides(
    '# what others call it\n!libjpeg  8.3.2\n\njpegtran\t9\n so:libx.so.1\n',
    'provides',
  )

  expect(problems).toEqual([])
  expect(provides).toEqual([
    { name: 'libjpeg', version: '8.3.2', isExclusive: true },
    { name: 'jpegtran', version: '9', isExclusive: false },
    { name: 'so:libx.so.1', version: undefined, isExclusive: false },
  ] as unknown as typeof provides)
})

test('parseProvides() tells every line that is none, with its number', () => {
  const { provides, problems } = parseProvides('a/b\n!\ngood 1 2 3\ngood\n', 'repo/x/provides')

  expect(provides.map(({ name }) => String(name))).toEqual(['good'])
  expect(problems.map(({ severity, file, line }) => `${severity} ${file}:${line}`)).toEqual([
    'error repo/x/provides:1',
    'error repo/x/provides:2',
    'warning repo/x/provides:3',
    'warning repo/x/provides:4',
  ])
})

test('parseProvides() takes any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const { name, version } of parseProvides(text, 'provides').provides)
        expect(`${name}${version}`).not.toMatch(/\s/)
    }),
  )
})

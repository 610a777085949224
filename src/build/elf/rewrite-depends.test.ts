import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseDepends } from '../../model/depends.ts'
import { parsePackageName } from '../../model/package-name.ts'
import { rewriteDepends } from './rewrite-depends.ts'

const rewrite = (text: string, ...owners: readonly string[]): string =>
  rewriteDepends(text, owners.map(parsePackageName))

test('rewriteDepends() sorts the lines also where nothing is to be added', () => {
  expect(rewrite('zlib\n  b  \n# why\n\na make', 'zlib', 'b')).toBe('\n  b  \n# why\na make\nzlib\n')
  expect(rewrite('')).toBe('')
})

test('rewriteDepends() adds, promotes and sorts; comments come first', () => {
  expect(rewrite('middle\ndata\n', 'base')).toBe('base\ndata\nmiddle\n')
  expect(rewrite('tool make\ncrypt1 make\ncodec\n', 'crypt1', 'codec')).toBe('codec\ncrypt1\ntool make\n')
  expect(rewrite('# why\nmiddle', 'base')).toBe('# why\nbase\nmiddle\n')
  expect(rewrite('', 'zlib')).toBe('zlib\n')
  expect(rewrite('\tx  make\n', 'x')).toBe('x\n')
})

test('rewriteDepends() keeps the line for run time where a name is listed twice', () => {
  expect(rewrite('x make\nx\n', 'a')).toBe('a\nx\n')
  expect(rewrite('x\nx make\n', 'a')).toBe('a\nx\n')
})

test.skipIf(Bun.which('sort') === null)('rewriteDepends() orders lines as sort -uk1,1 does', () => {
  const line = fc.constantFrom(
    'b',
    'b  ',
    'c make',
    'B',
    '# one',
    '#two',
    '# three',
    '',
    ' d',
    '\te make',
    'gtk+3',
    'x-y',
    'x_y',
  )
  fc.assert(
    fc.property(fc.uniqueArray(line, { maxLength: 8 }), (lines) => {
      const text = lines.map((one) => `${one}\n`).join('')
      const { stdout } = Bun.spawnSync(['sort', '-uk1,1'], { stdin: Buffer.from(`${text}new\n`), env: { LC_ALL: 'C' } })
      // Of `b` and `b  ` both may stay.
      const sorted = (output: string): string[] => output.split('\n').map((one) => one.trimEnd())
      expect(sorted(rewrite(text, 'new'))).toEqual(sorted(stdout.toString()))
    }),
    { numRuns: 100 },
  )
})

test('rewriteDepends() loses no dependency and makes every owner one for run time', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd')
  const line = fc.oneof(
    name,
    name.map((one) => `${one} make`),
    name.map((one) => `  ${one}\tmake`),
    fc.constantFrom('', '# c', '#'),
  )
  fc.assert(
    fc.property(fc.array(line), fc.array(name), (lines, owners) => {
      const text = lines.join('\n')
      const kinds = (depends: string): Map<string, string> =>
        new Map(parseDepends(depends, 'depends').dependencies.map((one) => [one.name, one.kind]))
      const after = kinds(rewrite(text, ...owners))
      for (const owner of owners) expect(after.get(owner)).toBe('run')
      for (const [one, kind] of kinds(text))
        expect(after.get(one)).toBe(owners.some((owner) => owner === one) ? 'run' : kind)
    }),
  )
})

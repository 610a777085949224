import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { fileTexts, packageNames } from './arbitraries.ts'
import { parseDepends, printDepends } from './depends.ts'
import { packageNameFault } from './package-name.ts'

const read = (text: string) => {
  const { dependencies, problems } = parseDepends(text, '/repo/pkg/depends')
  return { lines: printDepends(dependencies).split('\n').slice(0, -1), problems }
}

test('parseDepends() takes any blanks between words (T7 sane: "python<TAB>make", gcc: "bison  make")', () => {
  expect(read('python\tmake\nbison  make\n  flex\n')).toEqual({
    lines: ['python make', 'bison make', 'flex'],
    problems: [],
  })
})

test('parseDepends() does not count blanks at the end of a line (T8 swaybg: "cairo   ")', () => {
  expect(read('cairo   \nwayland\n')).toEqual({ lines: ['cairo', 'wayland'], problems: [] })
})

test('parseDepends() skips comments and blank lines and needs no newline at the end', () => {
  expect(read('# why\n\n  #west\n \t\nzlib\nxz make')).toEqual({ lines: ['zlib', 'xz make'], problems: [] })
})

test('parseDepends() takes a name that is listed twice once, as needed to run if either is', () => {
  expect(read('north\nnorth make\n').lines).toEqual(['north'])
  expect(read('north make\nnorth\n').lines).toEqual(['north'])
  expect(read('north\nnorth make\n').problems).toMatchObject([{ severity: 'warning', line: 2 }])
})

test('parseDepends() names the line of what is no package name, and goes on', () => {
  const { lines, problems } = read('zlib\n../../etc\n*\nxz\n')

  expect(lines).toEqual(['zlib', 'xz'])
  expect(problems).toMatchObject([
    { severity: 'error', file: '/repo/pkg/depends', line: 2 },
    { severity: 'error', line: 3 },
  ])
})

test('parseDepends() warns of other types and of lines that end in CR LF', () => {
  expect(read('zlib maek\n')).toMatchObject({ lines: ['zlib make'], problems: [{ severity: 'warning', line: 1 }] })
  expect(read('zlib\r\nxz make\r\n')).toMatchObject({ lines: ['zlib', 'xz make'], problems: [{ severity: 'warning' }] })
})

test('printDepends() and parseDepends() are inverse', () => {
  const dependency = fc.record({
    name: packageNames().filter((name) => !name.startsWith('#') && !/\s/.test(name)),
    kind: fc.constantFrom('run' as const, 'make' as const),
  })
  fc.assert(
    fc.property(fc.uniqueArray(dependency, { selector: ({ name }) => name }), (dependencies) => {
      expect(parseDepends(printDepends(dependencies), 'depends')).toEqual({ dependencies, problems: [] })
    }),
  )
})

test('parseDepends() gives only names of packages, for any text', () => {
  fc.assert(
    fc.property(fileTexts(), (text) => {
      for (const { name } of parseDepends(text, 'depends').dependencies) expect(packageNameFault(name)).toBeUndefined()
    }),
  )
})

test('parseDepends() reads plain lines as it reads the same with more blanks', () => {
  const line = fc.tuple(fc.stringMatching(/^[a-z][a-z0-9+._-]{0,6}$/), fc.boolean())
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const print = (blank: string): string =>
        lines.map(([name, isMake]) => `${name}${isMake ? `${blank}make` : ''}\n`).join('')

      expect(parseDepends(print(' '), 'depends')).toEqual(parseDepends(print('\t '), 'depends'))
    }),
  )
})

import { expect, test } from 'bun:test'
import { createPackageOutput } from './package-output.ts'
import { terminalStyle } from './style.ts'

const plain = terminalStyle({}, false)
const coloured = terminalStyle({}, true)

test('lines of two packages are never mixed, and each says whose it is', () => {
  const output = createPackageOutput(['zlib', 'xz'], plain)
  const shown = [
    output.show('zlib', 'checking... '),
    output.show('xz', 'cc -c a.c\ncc -c'),
    output.show('zlib', 'yes\n'),
    output.show('xz', ' b.c\n'),
  ]

  expect(shown).toEqual(['', 'xz   | cc -c a.c\n', 'zlib | checking... yes\n', 'xz   | cc -c b.c\n'])
})

test('a last line without its end is shown with the end of its package, or of all', () => {
  const output = createPackageOutput(['a', 'b'], plain)
  output.show('a', 'rest of a')
  output.show('b', 'rest of b')

  expect(output.finish('a')).toBe('a | rest of a\n')
  expect(output.finish('a')).toBe('')
  expect(output.finishAll()).toBe('b | rest of b\n')
})

test('a line that does not end is shown in pieces', () => {
  const output = createPackageOutput(['a'], plain)

  expect(output.show('a', 'x'.repeat(4000))).toBe('')
  expect(output.show('a', 'x'.repeat(4000))).toBe(`a | ${'x'.repeat(8000)}\n`)
})

test('carriage returns begin a line, whole or cut', () => {
  const output = createPackageOutput(['a'], plain)

  expect(output.show('a', '10%\r20%\r')).toBe('a | 10%\n')
  expect(output.show('a', '\n30%\n')).toBe('a | 20%\na | 30%\n')
})

test('control sequences are shown, not obeyed; a colour ends with its line', () => {
  expect(createPackageOutput(['a'], plain).show('a', '\x1b[2J\x1b[31mred\n')).toBe('a | \\x1b[2Jred\n')
  expect(createPackageOutput(['a'], coloured).show('a', '\x1b[31mred\n')).toEndWith('\x1b[31mred\x1b[m\n')
})

import { expect, test } from 'bun:test'
import { firstParagraph } from './readme.ts'

test('firstParagraph() is the first prose of a README as one line', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['# zlib\n\nA library\nto compress.\n\nMore.\n', 'A library to compress.'],
    ['zlib\n====\nA library.\n', 'A library.'],
    ['# zlib\nA library.\n', 'A library.'],
    ['# zlib\n\n[![build](x)](y)\n\n```\nmake\n```\n\n- a list\n\n---\n\nA library.\r\n\r\nMore', 'A library.'],
    ['# zlib\n', undefined],
    ['', undefined],
  ]
  for (const [text, expected] of cases) expect(firstParagraph(text)).toBe(expected)
})

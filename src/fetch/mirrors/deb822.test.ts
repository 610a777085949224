import { expect, test } from 'bun:test'
import { parseStanzas, wordsOf } from './deb822.ts'

test('parseStanzas() reads fields in any case, continuation lines, comments and paragraphs', () => {
  const stanzas = parseStanzas('Package: one\n# comment\nBINARY: a,\n b,\n\tc\n\n\n\nPackage:two\n stray\n')
  expect(stanzas.map((stanza) => stanza.get('package'))).toEqual(['one', 'two\nstray'])
  expect(stanzas[0] === undefined ? [] : wordsOf(stanzas[0], 'binary')).toEqual(['a', 'b', 'c'])
})

test('parseStanzas() gives nothing for empty text and for lines that belong to no field', () => {
  expect(parseStanzas('')).toEqual([])
  expect(parseStanzas(' stray\n\n# only a comment\n')).toEqual([])
})

import { expect, test } from 'bun:test'
import { createOutputPrinter } from './build-output.ts'

test('what is text stays as it is', () => {
  const { show, finish } = createOutputPrinter(false)

  expect(show('checking for cc…\tyes\n')).toBe('checking for cc…\tyes\n')
  expect(finish()).toBe('')
})

test('a last line without its end gets one before our own, once', () => {
  const { show, finish } = createOutputPrinter(false)
  show('no newline')

  expect(finish()).toBe('\n')
  expect(finish()).toBe('')
})

test('control sequences are shown, not obeyed: titles, clipboards, cursors, other character sets', () => {
  const { show } = createOutputPrinter(true)

  expect(show('\x1b]0;title\x07\x1b]52;c;eA==\x07\x1b[2J\x1b(0\x9b31m')).toBe(
    '\\x1b]0;title\\x07\\x1b]52;c;eA==\\x07\\x1b[2J\\x1b(0\\x9b31m',
  )
})

test('colours stay only where they are wanted, and end before our own lines', () => {
  const coloured = createOutputPrinter(true)
  const plain = createOutputPrinter(false)

  expect(coloured.show('\x1b[1;31merror\x1b')).toBe('\x1b[1;31merror\\x1b')
  expect(coloured.finish()).toBe('\x1b[m\n')
  expect(plain.show('\x1b[31merror\x1b[m\n')).toBe('error\n')
})

test('a progress line that draws over itself becomes lines', () => {
  const { show } = createOutputPrinter(false)

  expect(show('10 %\r20 %\rdone\r\n')).toBe('10 %\n20 %\ndone\n')
})

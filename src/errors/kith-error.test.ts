import { expect, test } from 'bun:test'
import { catalogue } from './catalogue.ts'
import { KithError } from './kith-error.ts'
import { printable } from './printable.ts'

test('printable() shows control characters instead of sending them', () => {
  expect(printable('a\x1b[31mred\x07')).toBe('a\\x1b[31mred\\x07')
  expect(printable('right\u202eleft')).toBe('right\\u202eleft')
  expect(printable('line\n\tnext ü')).toBe('line\n\tnext ü')
})

test('a KithError cannot smuggle escape sequences to the terminal', () => {
  const error = new KithError('invalid-name', { name: 'x\x1b]0;title\x07', reason: 'it is hostile' })

  expect(error.message).not.toContain('\x1b')
  expect(error.message).toContain('\\x1b]0;title')
})

test('every entry of the catalogue has an exit status that is no success', () => {
  const statuses = Object.values(catalogue).map(({ exitStatus }) => exitStatus)

  expect(statuses.length).toBeGreaterThan(20)
  expect(statuses.filter((status) => status <= 0 || status > 255)).toEqual([])
})

test('a missing dependency is told with everyone who needs it', () => {
  const missing = [
    { name: 'ghost', neededBy: ['app', 'lib'] },
    { name: 'typo', neededBy: [] },
  ]
  const error = new KithError('dependencies-missing', { missing })

  expect(error.message).toBe(
    'Cannot plan: 2 packages are in no repository:\n  ghost (needed by app, lib)\n  typo (needed by you)',
  )
  expect(error.hint).toContain('KISS_PATH')
})

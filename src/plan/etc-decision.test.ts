import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decideEtcFile } from './etc-decision.ts'

const cases = [
  ['nothing was there before', undefined, undefined, 'n', 'install'],
  ['a file is there that no package brought, and it differs', undefined, 'u', 'n', 'beside'],
  ['a file is there that no package brought, and it is the same', undefined, 'n', 'n', 'install'],
  ['nobody edited it', 'o', 'o', 'n', 'install'],
  ['the user edited it and the package changed it', 'o', 'u', 'n', 'beside'],
  ['the user edited it and the package did not change it', 'o', 'u', 'o', 'keep'],
  ['the user made it what the package now brings', 'o', 'n', 'n', 'install'],
  ['the user deleted it and the package did not change it', 'o', undefined, 'o', 'keep'],
  ['the user deleted it and the package changed it', 'o', undefined, 'n', 'install'],
  ['nothing changed at all', 'o', 'o', 'o', 'keep'],
] as const

test.each(cases)('decideEtcFile() where %s', (_, old, system, incoming, decision) => {
  expect(decideEtcFile({ old, system, incoming })).toBe(decision)
})

test('decideEtcFile() installs over nothing that somebody edited', () => {
  const sum = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined })
  fc.assert(
    fc.property(sum, sum, fc.constantFrom('a', 'b', 'c'), (old, system, incoming) => {
      const isEdited = system !== undefined && system !== old && system !== incoming
      if (isEdited) expect(decideEtcFile({ old, system, incoming })).not.toBe('install')
    }),
  )
})

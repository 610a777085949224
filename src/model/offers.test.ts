import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Need, type Offer, offerName, parseOffers, printOffers } from './offers.ts'

const bytes = fc.string({ unit: fc.nat({ max: 255 }).map((byte) => String.fromCharCode(byte)), minLength: 1 })
const optional = fc.option(bytes, { nil: undefined })
const offers: fc.Arbitrary<Offer[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('so', 'pc', 'cmd'),
    name: bytes,
    version: optional,
    abi: optional,
    directory: optional,
  }),
)
const needs: fc.Arbitrary<Need[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('so', 'pc'),
    name: bytes,
    version: optional,
    abi: optional,
    directories: fc.option(fc.array(bytes, { minLength: 1 }), { nil: undefined }),
  }),
)

test('parseOffers() reads what printOffers() wrote, whatever bytes the names hold', () => {
  fc.assert(
    fc.property(offers, needs, (some, others) => {
      const text = printOffers({ offers: some, needs: others })
      const read = parseOffers(text)

      expect(text).toMatch(/^[\x20-\x7e\n]*$/)
      if (read === undefined) throw new Error(`cannot be read: ${text}`)
      expect(printOffers(read)).toBe(text)
      expect(new Set(read.offers.map((one) => JSON.stringify(one)))).toEqual(
        new Set(some.map((one) => JSON.stringify(one))),
      )
      expect(new Set(read.needs.map((one) => JSON.stringify(one)))).toEqual(
        new Set(others.map((one) => JSON.stringify(one))),
      )
    }),
  )
})

test('printOffers() writes lines that one can read', () => {
  const text = printOffers({
    offers: [
      { kind: 'so', name: 'libz.so.1', version: '1.3.1', abi: '64le/62', directory: '/usr/lib' },
      { kind: 'cmd', name: 'a b' },
    ],
    needs: [{ kind: 'so', name: 'libc.so.6', abi: '64le/62', directories: ['/usr/lib/x', '/opt/a:b'] }],
  })

  expect(text).toBe(
    'needs so:libc.so.6 - 64le/62 /usr/lib/x:/opt/a%253Ab\noffers cmd:a%20b - - -\noffers so:libz.so.1 1.3.1 64le/62 /usr/lib\n',
  )
  expect(offerName({ kind: 'pc', name: 'x%' })).toBe('pc:x%25')
})

test('parseOffers() gives nothing for a text that is none', () => {
  for (const text of ['x', 'offers so:a - -\n', 'needs cmd:a - - -\n', 'offers elf:a - - -\n', 'offers so:a - - -'])
    expect([text, parseOffers(text)]).toEqual([text, undefined])
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseOffers(text)))
})

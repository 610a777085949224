import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { describeFileCapability, parseFileCapability, printFileCapability } from './file-capability.ts'

const bytesOf = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1')
const describe = (hex: string): string | undefined => {
  const parsed = parseFileCapability(bytesOf(hex))
  return parsed && describeFileCapability(parsed)
}

// What the kernel gave for files that setcap was used on.
const netRaw = '0100000200200000000000000000000000000000'
const netRawOfUser = '0100000300200000000000000000000000000000feff0000'

test('describeFileCapability() speaks as setcap does', () => {
  expect(describe(netRaw)).toBe('cap_net_raw+ep')
  expect(describe(netRawOfUser)).toBe('cap_net_raw+ep [rootid=65534]')
  expect(describe('0000000200300000002000000000000000000000')).toBe('cap_net_admin+p cap_net_raw+ip')
  expect(describe('01000002ffffffff00000000ff01000000000000')).toBe('all+ep')
  expect(describe('0000000200000000000000000000008000000000')).toBe('63+p')
})

test('describeFileCapability() says nothing of capabilities that give nothing', () => {
  expect(describe('0100000200000000000000000000000000000000')).toBe('')
})

test('parseFileCapability() refuses what the kernel would', () => {
  const broken = [
    '',
    '01000002',
    netRaw.slice(0, 38),
    `${netRaw}00000000`,
    netRawOfUser.slice(0, 40),
    `01000004${netRaw.slice(8)}`,
    `03000002${netRaw.slice(8)}`,
    `010000010020000000000000`,
  ]
  for (const hex of broken) expect([hex, parseFileCapability(bytesOf(hex))]).toEqual([hex, undefined])
})

test('printFileCapability() gives the bytes back that were parsed, without a root id', () => {
  const set = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
  fc.assert(
    fc.property(fc.record({ permitted: set, inheritable: set, isEffective: fc.boolean() }), (capability) => {
      expect(parseFileCapability(printFileCapability(capability))).toEqual({ ...capability, rootId: 0 })
    }),
  )
  expect(printFileCapability({ permitted: 1n << 13n, inheritable: 0n, isEffective: true })).toBe(bytesOf(netRaw))
})

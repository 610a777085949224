import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseMakeFlags, printMakeFlags } from './make-flags.ts'

describe('parseMakeFlags()', () => {
  for (const [text, jobs, rest] of [
    ['', undefined, ''],
    ['-j8', 8, ''],
    [' -j 8 ', 8, ''],
    ['--jobs=12 -k', 12, '-k'],
    ['--jobs 3', 3, ''],
    ['j4', 4, ''],
    ['kj4', 4, '-k'],
    ['-ksj2 -l 5', 2, '-ks -l 5'],
    ['-j', 'unlimited', ''],
    ['-j -k', 'unlimited', '-k'],
    ['--jobs', 'unlimited', ''],
    ['k -- V=1 j=5', undefined, '-k -- V=1 j=5'],
    ['V=1 -j2', 2, 'V=1'],
    ['-j2 -j7', 7, ''],
    ['-Otarget --no-print-directory', undefined, '-Otarget --no-print-directory'],
    [' -j8 --jobserver-auth=3,4 -k', 8, '-k'],
    ['-j8 --jobserver-auth=fifo:/tmp/GMfifo12 -- -j9', 8, '-- -j9'],
    ['-j8 --jobserver-fds=3,4', 8, ''],
    ['-I j3', undefined, '-I j3'],
  ] as const)
    test(`reads "${text}"`, () => {
      expect(parseMakeFlags(text)).toEqual({ jobs, rest })
    })

  test('reads what printMakeFlags() prints, whatever else is in it', () => {
    const share = fc.constantFrom(
      { kind: 'plain', jobs: 3 } as const,
      { kind: 'fifo', jobs: 64, path: '/kith/jobserver' } as const,
      { kind: 'pipe', jobs: 1, descriptors: [60, 61] } as const,
    )
    const flags = fc.constantFrom('', '-k', '-k -- V=1', '-s --no-print-directory')
    fc.assert(
      fc.property(share, flags, (one, rest) => {
        expect(parseMakeFlags(printMakeFlags(one, rest))).toEqual({ jobs: one.jobs, rest })
      }),
    )
  })
})

test('printMakeFlags() says where tokens are, before the flags of the user', () => {
  expect(printMakeFlags({ kind: 'fifo', jobs: 8, path: '/kith/jobserver' }, '-k -- V=1')).toBe(
    '-j8 --jobserver-auth=fifo:/kith/jobserver -k -- V=1',
  )
  expect(printMakeFlags({ kind: 'pipe', jobs: 8, descriptors: [60, 61] }, '')).toBe('-j8 --jobserver-auth=60,61')
  expect(printMakeFlags({ kind: 'plain', jobs: 2 }, '')).toBe('-j2')
})

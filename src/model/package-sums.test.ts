import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { treePaths } from './arbitraries.ts'
import { type PathSum, parsePackageSums, printPackageSums } from './package-sums.ts'

const hashes = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })
const modes = fc.nat({ max: 0o7777 })
const sums: fc.Arbitrary<PathSum> = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), mode: modes, sizeBytes: fc.maxSafeNat(), sha256: hashes }),
  fc.record({ kind: fc.constant('symlink' as const), sha256: hashes }),
  fc.record({ kind: fc.constantFrom('directory' as const, 'fifo' as const), mode: modes }),
)

test('parsePackageSums() reads what printPackageSums() writes, names with blanks too', () => {
  fc.assert(
    fc.property(hashes, fc.array(fc.tuple(treePaths(), sums)), (manifest, pairs) => {
      const all = { manifest, sums: new Map(pairs) }

      expect(parsePackageSums(printPackageSums(all))).toEqual(all)
    }),
  )
})

test('parsePackageSums() takes nothing that is cut or changed', () => {
  const whole = printPackageSums({ manifest: '0'.repeat(64), sums: new Map() })

  expect(parsePackageSums(whole)).toBeDefined()
  for (const text of ['', 'manifest x\n', `${whole}file 0755 1 - /a\n`, `${whole}file 0755 1 0 a\n`, `${whole}x`])
    expect(parsePackageSums(text)).toBeUndefined()
})

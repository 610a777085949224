import { describe, expect, test } from 'bun:test'
import { estimateBuildMs, estimateFetchMs } from './estimate-duration.ts'

const mebibyte = 1024 ** 2
const of = (sourceBytes: number, ...dependencies: string[]): number =>
  estimateBuildMs({ sourceBytes, dependencies, unknownSources: 0 })

describe('estimateBuildMs()', () => {
  test('puts large sources before small ones', () => {
    expect(of(100 * mebibyte)).toBeGreaterThan(of(mebibyte))
    expect(of(0)).toBe(5000)
  })

  test('puts Rust before C++ before C before scripts, for sources of one size', () => {
    const times = ['rust', 'cmake', 'zlib', 'python'].map((name) => of(10 * mebibyte, 'pkgconf', name))

    expect(times).toEqual(times.toSorted((one, other) => other - one))
    expect(new Set(times).size).toBe(times.length)
  })

  test('takes a source of unknown size for a small one', () => {
    expect(estimateBuildMs({ sourceBytes: 0, dependencies: [], unknownSources: 3 })).toBe(of(3 * mebibyte))
    expect(estimateFetchMs({ unknownSources: 2 })).toBe(6000)
  })
})

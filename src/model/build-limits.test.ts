import { describe, expect, test } from 'bun:test'
import { defaultLimits, parseLimits } from './build-limits.ts'

describe('KITH_LIMITS', () => {
  test('what is not named keeps its default', () => {
    expect(parseLimits('')).toEqual(defaultLimits)
    expect(parseLimits('time=90m')).toEqual({ ...defaultLimits, time: 5_400_000 })
  })

  test('every limit, in any order and with any white space', () => {
    expect(parseLimits(' cpus=1.5\tfree=1G memory=8G\nprocesses=500 silence=30 time=2d ')).toEqual({
      time: 172_800_000,
      silence: 30_000,
      memory: 8 * 1024 ** 3,
      processes: 500,
      cpus: 1.5,
      free: 1024 ** 3,
    })
  })

  test('a share of the memory', () => {
    expect(parseLimits('memory=80%').memory).toEqual({ share: 0.8 })
  })

  test('none takes a limit away', () => {
    expect(parseLimits('silence=none memory=none processes=none free=none')).toEqual({
      time: undefined,
      silence: undefined,
      memory: undefined,
      processes: undefined,
      cpus: undefined,
      free: undefined,
    })
  })

  const wrong = [
    'time',
    'time=',
    'time=0',
    'time=1w',
    'time=-1',
    'memory=0',
    'memory=8GB',
    'memory=64M',
    'memory=0%',
    'processes=1',
  ]
  for (const text of [...wrong, 'processes=1e3', 'cpus=0', 'cpus=x', 'free=much', 'disk=1G', '=', 'memory=1=2'])
    test(`"${text}" is refused with what was expected`, () => {
      expect(() => parseLimits(text)).toThrow(/KITH_LIMITS/)
    })
})

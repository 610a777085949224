import { describe, expect, test } from 'bun:test'
import { isKithError } from '../errors/kith-error.ts'
import { defaultSchedule, parseSchedule } from './schedule-limits.ts'

describe('KITH_SCHEDULE', () => {
  test('what is not named keeps its default', () => {
    expect(parseSchedule('')).toEqual(defaultSchedule)
    expect(parseSchedule('jobs=3')).toEqual({ ...defaultSchedule, jobs: 3 })
  })

  test('every limit, in any order', () => {
    const expected = { jobs: 4, load: 7.5, memory: 2 * 1024 ** 3, disk: 10 * 1024 ** 3 }

    expect(parseSchedule(' load=7.5 disk=10G\tmemory=2G\njobs=4 ')).toEqual(expected)
  })

  test('none takes a limit away', () => {
    expect(parseSchedule('load=none memory=none disk=none')).toEqual({
      jobs: undefined,
      load: undefined,
      memory: undefined,
      disk: undefined,
    })
  })

  for (const wrong of ['jobs', 'jobs=0', 'jobs=none', 'jobs=-1', 'jobs=2.5', 'load=0', 'load=x', 'memory=0', 'cpu=2'])
    test(`"${wrong}" is refused`, () => {
      let thrown: unknown
      try {
        parseSchedule(wrong)
      } catch (error) {
        thrown = error
      }

      expect(isKithError(thrown, 'invalid-setting') && thrown.details.setting).toBe('KITH_SCHEDULE')
    })
})

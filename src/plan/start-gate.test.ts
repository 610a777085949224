import { describe, expect, test } from 'bun:test'
import { defaultSchedule } from '../model/schedule-limits.ts'
import { judgeStart } from './start-gate.ts'

const gibibyte = 1024 ** 3
const idle = {
  load: 0,
  totalMemoryBytes: 16 * gibibyte,
  freeMemoryBytes: 8 * gibibyte,
  disks: [{ sizeBytes: 100 * gibibyte, freeBytes: 50 * gibibyte }],
}

describe('judgeStart()', () => {
  test('lets builds start on a machine with room', () => {
    expect(judgeStart(idle, defaultSchedule)).toBeUndefined()
    expect(judgeStart({ ...idle, load: 500 }, defaultSchedule)).toBeUndefined()
  })

  test('holds up at the load that was set', () => {
    expect(judgeStart({ ...idle, load: 3.9 }, { ...defaultSchedule, load: 4 })).toBeUndefined()
    expect(judgeStart({ ...idle, load: 4 }, { ...defaultSchedule, load: 4 })).toBe('load')
  })

  test('keeps memory free, less of it on a small machine', () => {
    expect(judgeStart({ ...idle, freeMemoryBytes: gibibyte - 1 }, defaultSchedule)).toBe('memory')
    const small = { ...idle, totalMemoryBytes: 2 * gibibyte }
    expect(judgeStart({ ...small, freeMemoryBytes: gibibyte / 4 }, defaultSchedule)).toBeUndefined()
    expect(judgeStart({ ...small, freeMemoryBytes: 0 }, { ...defaultSchedule, memory: undefined })).toBeUndefined()
    expect(judgeStart(idle, { ...defaultSchedule, memory: 9 * gibibyte })).toBe('memory')
  })

  test('keeps space on every disk', () => {
    const full = { sizeBytes: 200 * gibibyte, freeBytes: gibibyte / 2 }

    expect(judgeStart({ ...idle, disks: [...idle.disks, full] }, defaultSchedule)).toBe('disk')
    expect(judgeStart({ ...idle, disks: [full] }, { ...defaultSchedule, disk: 1 })).toBeUndefined()
    expect(judgeStart({ ...idle, disks: [full] }, { ...defaultSchedule, disk: undefined })).toBeUndefined()
  })
})

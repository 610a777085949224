import { expect, test } from 'bun:test'
import { formatBytes, formatDuration } from './units.ts'

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1_468_006, '1.4 MiB'],
  [2 ** 43, '8.0 TiB'],
  [2 ** 53, '8192.0 TiB'],
])('formatBytes(%p) is %p', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test.each([
  [0.4, '0 ms'],
  [999, '999 ms'],
  [12_340, '12.3 s'],
  [200_000, '3 min 20 s'],
  [4 * 3_600_000 + 59_000, '4 h 0 min'],
  [90_000_000, '25 h 0 min'],
])('formatDuration(%p) is %p', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text)
})

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Event } from '../../events/event.ts'
import { advance, frame, noProgress } from './progress-line.ts'

const started = (url: string): Event => ({ kind: 'fetch-started', package: 'zlib', url })
const received = (url: string, receivedBytes: number, totalBytes?: number): Event => ({
  kind: 'fetch-progress',
  package: 'zlib',
  url,
  receivedBytes,
  totalBytes,
})
const finished = (url: string): Event => ({ kind: 'fetch-finished', package: 'zlib', url, sizeBytes: 1, durationMs: 1 })

const after = (...events: Event[]) => events.reduce((state, event) => advance(state, event, 0), noProgress)

test('frame() shows amount, total and speed of everything under way', () => {
  const state = after(started('a'), received('a', 1024, 4096), started('b'), received('b', 1024, 4096))

  expect(frame(state, 100, 2000)).toStartWith('2.0 KiB of 8.0 KiB, 1.0 KiB/s  zlib zlib [')
})

test('frame() does without a total where a server does not say it', () => {
  expect(frame(after(started('a'), received('a', 2048)), 80, 1000)).toBe('2.0 KiB, 2.0 KiB/s  zlib')
})

test('frame() is empty before the first byte and after the last', () => {
  expect(frame(after(started('a')), 80, 1000)).toBe('')
  expect(frame(after(started('a'), received('a', 5), finished('a')), 80, 1000)).toBe('')
})

test('frame() never is as wide as the terminal', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(), fc.nat(), (columns, bytes, total) => {
      const text = frame(after(started('a'), received('a', bytes, total)), columns, 1000)

      expect(text.length).toBeLessThanOrEqual(Math.max(0, columns - 1))
    }),
  )
})

test('advance() leaves the state it was given as it was', () => {
  const state = after(started('a'), received('a', 1))
  advance(state, finished('a'), 0)

  expect(state.downloads.size).toBe(1)
})

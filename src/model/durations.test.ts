import { describe, expect, test } from 'bun:test'
import { buildDuration, parseDurations, printDuration } from './durations.ts'

describe('parseDurations()', () => {
  test('reads what printDuration() prints', () => {
    const text = printDuration('gtk+3', 'script', 1234.4) + printDuration('gtk+3', 'fetch', 7)

    expect(Object.fromEntries(parseDurations(text))).toEqual({ 'gtk+3 script': 1234, 'gtk+3 fetch': 7 })
  })

  test('counts the newest as much as all before it', () => {
    expect(parseDurations('a script 100\na script 200\na script 50\n').get('a script')).toBe(100)
  })

  test('passes over what is cut or is none', () => {
    const text = 'a script\nb script -1\nscript 5\n{"a":1}\nc sleep 9\nd unpack 3\ne script 9'

    expect(Object.fromEntries(parseDurations(text))).toEqual({ 'd unpack': 3, 'e script': 9 })
  })

  test('buildDuration() adds up the phases of a build, without the download', () => {
    const durations = parseDurations('a fetch 1000\na unpack 1\na script 20\na package 300\nb package 5\n')

    expect(buildDuration(durations, 'a')).toBe(321)
    expect(buildDuration(durations, 'b')).toBeUndefined()
  })
})

import { expect, test } from 'bun:test'
import type { Event } from '../../events/event.ts'
import { advanceStatus, frameStatus, noStatus } from './build-status.ts'

const started = (name: string): Event => {
  return { kind: 'build-started', package: name, version: '1', index: 1, total: 3, reason: 'explicit' }
}
const stage = (name: string, stage: 'unpack' | 'script'): Event => ({ kind: 'build-stage', package: name, stage })
const finished = (name: string): Event => {
  return { kind: 'build-finished', package: name, artifact: '', durationMs: 1, phases: [], files: 0, sizeBytes: 0 }
}
const plan = (...packages: string[]): Event => ({ kind: 'schedule-started', packages, jobs: 2, tokens: 2 })

/** The line 61 seconds after the first event, which come a second apart. */
function line(columns: number, ...events: Event[]): string {
  const state = events.reduce((before, event, index) => advanceStatus(before, event, index * 1000), noStatus)
  return frameStatus(state, columns, 61_000)
}

test('frameStatus() tells what runs, since when, and how much is done', () => {
  const events = [
    plan('a', 'b', 'c'),
    started('a'),
    stage('a', 'unpack'),
    started('b'),
    stage('b', 'script'),
    finished('a'),
    started('c'),
    stage('c', 'unpack'),
  ]

  expect(line(80, ...events.slice(0, 3))).toBe('[0/3] a unpack 1 min 0 s')
  expect(line(80, ...events)).toBe('[1/3] b 58 s, c unpack 55 s')
})

test('frameStatus() counts failures', () => {
  const failed: Event = { kind: 'package-failed', package: 'a', code: 'x', message: '', lost: [], running: 1 }

  expect(line(80, plan('a', 'b'), started('a'), started('b'), failed)).toBe('[0/2 1 failed] b 59 s')
})

test('frameStatus() stays within the columns, and says what it leaves out', () => {
  const names = Array.from({ length: 9 }, (_, index) => `package-${index}`)
  const events = [plan(...names), ...names.map(started)]

  expect(line(60, ...events)).toBe('[0/9] package-0 1 min 0 s, package-1 59 s, 7 more')
  expect(line(20, ...events)).toBe('[0/9] 9 running')
  for (let columns = 1; columns < 120; columns++) expect(line(columns, ...events).length).toBeLessThan(columns)
})

test('frameStatus() says nothing of one package alone, or when all is done', () => {
  expect(line(80, plan('a'), started('a'))).toBe('')
  expect(line(80, plan('a', 'b'), started('a'), finished('a'))).toBe('')
})

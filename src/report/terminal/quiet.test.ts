import { expect, test } from 'bun:test'
import type { Event } from '../../events/event.ts'
import { createQuietFilter } from './quiet.ts'

const output = (text: string, name = 'x'): Event => ({ kind: 'build-output', package: name, text })
const failed: Event = { kind: 'build-failed', package: 'x', log: '/log' }

function pass(...events: Event[]): Event[] {
  const shown: Event[] = []
  const report = createQuietFilter((event) => void shown.push(event))
  for (const event of events) report(event)
  return shown
}

test('createQuietFilter() drops the output of a build that succeeds', () => {
  const finished: Event = { kind: 'removed', package: 'x' }

  expect(pass(output('a\n'), output('b\n'), finished)).toEqual([finished])
})

test('createQuietFilter() shows the last 40 lines of a build that fails, however they came', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}\n`)
  const [first, second] = pass(...lines.map((line) => output(line)), failed)

  expect(first).toEqual(output(lines.slice(-40).join('')))
  expect(second).toEqual(failed)
})

test('createQuietFilter() shows of several builds at one time only what the one that fails has said', () => {
  expect(pass(output('mine\n'), output('of another\n', 'y'), output('too\n'), failed)).toEqual([
    output('mine\ntoo\n'),
    failed,
  ])
})

import { expect, test } from 'bun:test'
import { type BuildTimings, parseTimings, printTimingsLine, type TimingsEvent } from '../model/build-timings.ts'
import { analyseTimings } from './analyse-timings.ts'
import { simulateChanges } from './what-if.ts'

const build = (name: string, ...needs: readonly string[]) =>
  ({ id: `build ${name}`, work: 'build', package: name, needs: needs.map((need) => `build ${need}`) }) as const

function ran(name: string, startMs: number, endMs: number): TimingsEvent[] {
  const id = `build ${name}`
  return [
    { kind: 'started', atMs: startMs, id },
    { kind: 'phase', atMs: startMs, package: name, phase: 'unpack' },
    { kind: 'phase', atMs: startMs + 100, package: name, phase: 'script' },
    { kind: 'ended', atMs: endMs, id, outcome: 'done' },
  ]
}

/** Two at one time: a and b, then c after a, and d, which was ready all the time, when b made room. */
const timings: BuildTimings = {
  ...{ startedMs: 1_796_750_000_000, jobs: 2, tokens: 2, processors: 2 },
  work: [build('a'), build('b'), build('c', 'a'), build('d'), build('e', 'c', 'd')],
  events: [
    ...[
      ...ran('a', 0, 2000),
      ...ran('b', 0, 3000),
      ...ran('c', 2000, 4000),
      ...ran('d', 3010, 6000),
      ...ran('e', 6010, 7000),
    ],
    { kind: 'sampled', atMs: 1000, used: 2, running: 2, ready: 1, busy: 0.5 },
    { kind: 'finished', atMs: 7000 },
  ],
}

test('analyseTimings() follows from the end what each step waited for, room included', () => {
  const found = analyseTimings(timings)
  const unlockers = Object.fromEntries(found.items.map((item) => [item.package, item.unlockedBy]))

  expect(found.criticalPath).toEqual(['build b', 'build d', 'build e'])
  expect(found.longestChain).toEqual(['build a', 'build c', 'build e'])
  expect(unlockers).toEqual({ a: undefined, b: undefined, c: 'build a', d: undefined, e: 'build d' })
  expect(found).toMatchObject({
    totalMs: 7000,
    isWhole: true,
    leftCount: 0,
    mostRunning: 2,
    meanUsed: 2,
    meanBusy: 0.5,
  })
  expect(found.boundMs).toBe((2000 + 3000 + 2000 + 2990 + 990) / 2)
  expect(found.concurrency.slice(0, 2)).toEqual([
    { atMs: 0, running: 2 },
    { atMs: 2000, running: 2 },
  ])
  expect(found.phases.map(({ phase }) => phase)).toEqual(['script', 'unpack'])
})

test('analyseTimings() takes a record that breaks off as far as it goes', () => {
  const found = analyseTimings({ ...timings, events: timings.events.filter(({ atMs }) => atMs < 3000) })

  expect(found).toMatchObject({ isWhole: false, leftCount: 2, totalMs: 2100 })
  expect(found.items.map(({ package: name, outcome }) => `${name} ${outcome}`)).toEqual([
    'a done',
    'b running',
    'c running',
  ])
  expect(analyseTimings({ ...timings, work: [], events: [] })).toMatchObject({
    totalMs: 0,
    items: [],
    criticalPath: [],
  })
})

test('simulateChanges() finds with the queue of builds what would have been quicker', () => {
  const found = simulateChanges(analyseTimings(timings))
  const totals = Object.fromEntries(found.faster.map(({ package: name, totalMs }) => [name, totalMs]))

  expect(found.asItWasMs).toBeLessThanOrEqual(7000)
  // a and b and d at once, then c, then e.
  expect(found.jobs.find(({ jobs }) => jobs === 3)?.totalMs).toBe(4990)
  expect(found.jobs.find(({ jobs }) => jobs === 1)?.totalMs).toBe(10_970 + 10)
  expect(totals.e).toBe(found.asItWasMs - 495)
})

test('parseTimings() reads what printTimingsLine() writes, and passes over what is none', () => {
  const { work, events, ...head } = timings
  const lines = [
    printTimingsLine({ kind: 'timings', schema: 1, ...head }),
    ...work.map((one) => printTimingsLine({ kind: 'work', ...one })),
    ...events.map(printTimingsLine),
  ]
  const broken = [
    '{"kind":"ended","atMs":-1,"id":"x","outcome":"done"}\n',
    '{"kind":"work","id":7}\n',
    'nonsense\n',
    '{"kind":"sta',
  ]

  expect(parseTimings([...lines, ...broken].join(''))).toEqual(timings)
  for (const text of ['', '{}', '[1]\n', '{"kind":"timings","schema":2}\n', 'null\n'])
    expect(parseTimings(text)).toBeUndefined()
})

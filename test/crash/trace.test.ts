import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { checkScenario } from './check-scenario.ts'
import { readDisk, writeDisk } from './disk.ts'
import { runExecutable } from './executable.ts'
import { type RecordedChange, recordChanges } from './record.ts'
import { logScenario, prepareScenario } from './record-scenario.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { scratch } from './scratch.ts'
import { parseTrace, readTrace, type TracedCall, traceWords, whyNoTrace } from './trace.ts'

const noTrace = whyNoTrace()
const skipped = noTrace === undefined ? '' : ` (skipped: ${noTrace})`

/** What kith may do besides: the lock that it takes for the time of the command. */
const isLock = (path: string): boolean => path.endsWith('/.kith/lock')

/** The calls of the executable, without the lock, as the tracer saw them; the root is at `root` afterwards. */
function traceExecutable(scenario: Scenario, root: string, directory: string): TracedCall[] {
  const file = join(directory, 'trace')
  const { status, stderr } = runExecutable(scenario.words, { root, directory, under: traceWords(file) })
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('ERROR')])
  return readTrace(file, root).filter((call) => !isLock('change' in call ? call.change.path : call.path))
}

/** As far as two runs are the same: not times, nor what holds them. */
function keyOf(change: RecordedChange): string {
  switch (change.kind) {
    case 'write':
      return `write ${change.path} ${change.path.includes('/journal.new') ? '' : change.bytes}`
    case 'change-times':
      return `change-times ${change.path}`
    default:
      return JSON.stringify(Object.entries(change).sort())
  }
}

/** Each thread's calls are in the record, in its order, and nothing else is. */
function expectAgreement(traced: readonly TracedCall[], recorded: readonly RecordedChange[]): void {
  expect(traced.filter((call) => 'other' in call)).toEqual([])
  const changes = traced.flatMap((call) => ('change' in call ? [{ thread: call.thread, key: keyOf(call.change) }] : []))
  const keys = recorded.map(keyOf)
  expect(changes.map(({ key }) => key).sort()).toEqual([...keys].sort())
  const places = new Map<string, number[]>()
  for (const [index, key] of keys.entries()) places.set(key, [...(places.get(key) ?? []), index])
  const last = new Map<number, number>()
  for (const { thread, key } of changes) {
    const place = places.get(key)?.shift() ?? -1
    expect([key, place]).toEqual([key, Math.max(place, (last.get(thread) ?? -1) + 1)])
    last.set(thread, place)
  }
}

for (const scenario of scenarios.filter(({ words }) => words !== undefined))
  test.skipIf(noTrace !== undefined)(
    `the calls of the executable in "${scenario.name}" are those that recordChanges() records${skipped}`,
    async () => {
      using here = scratch()
      using there = scratch()
      await prepareScenario(scenario, here)
      writeDisk(readDisk(here.root), there.root, there.mount)
      const recorded = await recordChanges(here.root, () => scenario.command(here.root, here.directory))

      const traced = traceExecutable(scenario, there.root, here.directory)

      expectAgreement(traced, recorded)
      expect(recorded.length).toBeGreaterThan(20)
    },
  )

test.skipIf(noTrace !== undefined)(
  `after a crash anywhere in what the tracer saw of the executable the root is the old or the new one${skipped}`,
  async () => {
    const scenario = scenarios.find(({ name }) => name.startsWith('upgrade with moved'))
    if (scenario === undefined) throw new Error('the scenario is gone')
    using at = scratch()
    using there = scratch()
    await prepareScenario(scenario, at)
    const start = readDisk(at.root)
    writeDisk(start, there.root, there.mount)
    // It packs what the executable is to install.
    await scenario.command(at.root, at.directory)

    const traced = traceExecutable(scenario, there.root, at.directory)

    const recorded = traced.flatMap((call) => ('change' in call ? [call.change] : []))
    const one = logScenario(scenario, { start, recorded, after: readDisk(there.root) })
    const { states, violations } = await checkScenario(one, {
      bounds: { singles: 4, subsets: 2, most: 120 },
      seed: 2,
      nestedEvery: 60,
      undoEvery: 15,
      nestedBounds: { singles: 1, subsets: 1 },
    })
    expect(violations).toEqual([])
    expect(states).toBeGreaterThan(60)
  },
  120_000,
)

test('parseTrace() reads pairs of a directory and a name, open files, and calls that another thread came between', () => {
  const hex = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  const text = [
    `7  mkdirat(8<${hex('/r')}>, "${hex('var')}", 0700) = 0`,
    `7  renameat(9<${hex('/r/a')}>, "${hex('x')}", 9<${hex('/r/b')}>, "${hex('y')}" <unfinished ...>`,
    `8  write(3<${hex('/r/f')}>, "${hex('abc')}", 3) = 2`,
    '7  <... renameat resumed>)             = 0',
    `7  truncate("${hex('/r/f')}", 0) = 0`,
    `7  mkdir("${hex('/r')}", 0755)        = -1 EEXIST (File exists)`,
    `7  fsync(9<${hex('/elsewhere')}>) = 0`,
    '7  +++ exited with 0 +++',
  ].join('\n')

  expect(parseTrace(text, '/r')).toEqual([
    { thread: 7, change: { kind: 'make-directory', path: '/var', mode: 0o700 } },
    { thread: 8, change: { kind: 'write', path: '/f', bytes: 'ab' } },
    { thread: 7, change: { kind: 'rename', path: '/a/x', to: '/b/y' } },
    { thread: 7, other: 'truncate', path: '/f' },
  ])
})

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { landlockAbi } from '../../src/native/landlock.ts'
import { runBatch } from './run-batch.ts'
import { scratchParent } from './scratch-parent.ts'
import { type SeededBug, seededBugs } from './seeded-bugs.ts'

/** A sample of `npm run test:hostile`, and what shows that it would find faults. */
const patienceMs = 300_000
const mostMemoryBytes = 256 << 20

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(scratchParent(), 'kith-hostile-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

test(
  'attack: 3,000 generated archives write nothing outside, crash nothing, and are told as they are',
  async () => {
    const run = await runBatch({ directory, firstSeed: 1, count: 3000 }, patienceMs)

    expect(run.findings).toEqual([])
    expect(run.outcomes.unpacked + run.outcomes.refused).toBe(3000)
    expect(run.outcomes.unpacked).toBeGreaterThan(300)
    expect(run.memoryBytes).toBeLessThan(mostMemoryBytes)
    expect(run.openFiles).toBeLessThan(30)
  },
  patienceMs,
)

test(
  'attack: generated archives, each unpacked by the confined process that installations use',
  async () => {
    const run = await runBatch({ directory, firstSeed: 10_000, count: 60, staged: { every: 1 } }, patienceMs)

    expect(run.findings).toEqual([])
    expect(run.outcomes.unpacked + run.outcomes.refused).toBe(60)
    expect(run.outcomes.unpacked).toBeGreaterThan(0)
    expect(run.memoryBytes).toBeGreaterThan(0)
    expect(run.memoryBytes).toBeLessThan(mostMemoryBytes)
  },
  patienceMs,
)

for (const bug of Object.keys(seededBugs) as SeededBug[])
  test.skipIf(landlockAbi() === 0)(
    `generated archives find an unpacker that ${bug.replaceAll('-', ' ')} (skipped without Landlock)`,
    async () => {
      const run = await runBatch({ directory, firstSeed: 1, count: 1000, bug }, patienceMs)

      expect(run.findings.length).toBeGreaterThan(0)
      expect(run.findings[0]).toMatch(bug === 'tells-lies' ? /it told of/ : /outside|file: /)
    },
    patienceMs,
  )

for (const bug of ['follows-links', 'writes-through', 'links-anything', 'leaves-by-name'] as const)
  test.skipIf(landlockAbi() === 0)(
    `Landlock alone stops an unpacker that ${bug.replaceAll('-', ' ')} (skipped without it)`,
    async () => {
      const run = await runBatch({ directory, firstSeed: 1, count: 200, bug, isConfined: true }, patienceMs)

      expect(run.findings).toEqual([])
    },
    patienceMs,
  )

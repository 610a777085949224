import { expect, test } from 'bun:test'
import { generateSequence } from './generate.ts'
import { runSequence } from './run-sequence.ts'

/** A few; `npm run test:sequences` runs a thousand. */
const seeds = 25

test('commands in any order leave files, database and model alike, and dry runs tell what happens', async () => {
  let happened = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const { world, commands } = generateSequence(seed)
    try {
      happened += await runSequence(world, commands)
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
  expect(happened).toBeGreaterThan(seeds * 5)
}, 240_000)

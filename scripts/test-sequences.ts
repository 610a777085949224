#!/usr/bin/env bun
import { generateSequence } from '../test/sequences/generate.ts'
import { runSequence } from '../test/sequences/run-sequence.ts'

/** A thousand worlds with up to thirty commands each (`test-sequences.ts COUNT FIRST-SEED` for others); exit status 1 where one goes wrong. */
const [count = '1000', first = '1'] = process.argv.slice(2)
let happened = 0
let asked = 0
let wrong = 0
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const { world, commands } = generateSequence(seed)
  asked += commands.length
  try {
    happened += await runSequence(world, commands)
  } catch (error) {
    wrong++
    process.stdout.write(`FAIL seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n`)
  }
}
process.stdout.write(
  `${count} sequences, ${asked} commands, ${happened} of them carried out, ${wrong} sequences wrong\n`,
)
process.exit(wrong === 0 ? 0 : 1)

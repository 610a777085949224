import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runBatch } from '../test/hostile/run-batch.ts'
import { scratchParent } from '../test/hostile/scratch-parent.ts'

/**
 * `npm run test:hostile [-- COUNT [FIRST-SEED]]`: generated hostile archives in a root among files that must stay as they are. All are
 * unpacked in processes that take thousands of them one after the other; one in 49 also in a process of its own, confined, as an
 * installation does. A finding names its seed: the same seed makes the same archive.
 */
const [count = 100_000, firstSeed = 1] = process.argv.slice(2).map(Number)
const perBatch = 5000
const stagedEvery = 49
const mostMemoryBytes = 256 << 20
const patienceMs = 600_000
const print = (line: string): void => void process.stdout.write(`${line}\n`)

const directory = mkdtempSync(join(scratchParent(), 'kith-hostile-'))
let failures = 0
try {
  await unpackInBatches()
  await unpackEach()
} finally {
  rmSync(directory, { recursive: true, force: true })
}
print(`${failures} findings`)
process.exit(failures === 0 ? 0 : 1)

async function unpackInBatches(): Promise<void> {
  const total = { unpacked: 0, refused: 0, mostMemory: 0, mostFiles: 0 }
  for (let seed = firstSeed; seed < firstSeed + count; seed += perBatch) {
    const size = Math.min(perBatch, firstSeed + count - seed)
    const run = await runBatch({ directory, firstSeed: seed, count: size }, patienceMs)
    report(run.findings)
    total.unpacked += run.outcomes.unpacked
    total.refused += run.outcomes.refused
    total.mostMemory = Math.max(total.mostMemory, run.memoryBytes)
    total.mostFiles = Math.max(total.mostFiles, run.openFiles)
    print(`${seed + size - firstSeed} of ${count}: ${total.unpacked} unpacked, ${total.refused} refused`)
  }
  tellMemory('batches', total.mostMemory)
  print(`batches: at most ${total.mostFiles} files open in the end`)
}

async function unpackEach(): Promise<void> {
  const run = await runBatch({ directory, firstSeed, count, staged: { every: stagedEvery } }, patienceMs)
  report(run.findings)
  print(`each in a confined process: ${run.outcomes.unpacked} unpacked, ${run.outcomes.refused} refused`)
  tellMemory('confined processes', run.memoryBytes)
}

function report(findings: readonly string[]): void {
  failures += findings.length
  for (const finding of findings) print(`FAIL ${finding}`)
}

function tellMemory(what: string, bytes: number): void {
  const isTooMuch = bytes >= mostMemoryBytes
  if (isTooMuch) failures++
  print(`${isTooMuch ? 'FAIL ' : ''}${what}: at most ${Math.round(bytes / 2 ** 20)} MiB of memory (limit 256)`)
}

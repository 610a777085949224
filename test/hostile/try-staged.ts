import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createStageReader, type StageJob } from '../../src/store/stage-job.ts'
import { removeTree } from '../../src/system/files.ts'
import { ownExecutable } from '../../src/system/self.ts'
import type { Canary } from './canary.ts'
import { generateArchive } from './generate.ts'
import { aimFrom, compareContents, type Trial } from './try-archive.ts'

/** As the file of an artifact may be: the archive, compressed or not, and sometimes cut. */
const wrappings: readonly (readonly [string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array])[] = [
  ['tar', (bytes) => bytes],
  ['tar.gz', (bytes) => Bun.gzipSync(bytes)],
  ['tar.zst', (bytes) => Bun.zstdCompressSync(bytes)],
  ['tar', (bytes) => bytes],
  ['tar.gz', (bytes) => Bun.gzipSync(bytes)],
  ['tar.zst', (bytes) => Bun.zstdCompressSync(bytes)],
  ['tar.gz', (bytes) => Bun.gzipSync(bytes).subarray(0, -20)],
  ['tar.zst', (bytes) => Bun.zstdCompressSync(bytes).subarray(0, -5)],
  ['tar.zst', (bytes) => bytes],
]

/** Tries the archive of `seed` as an installation does: in a confined process of its own, kith's. */
export async function tryStaged(seed: number, canary: Canary): Promise<Trial> {
  const directory = join(canary.root, 't')
  mkdirSync(directory)
  const { bytes, description } = generateArchive(seed, aimFrom(directory, canary))
  const [suffix, wrap] = wrappings[seed % wrappings.length] ?? ['tar', (same: Uint8Array) => same]
  const artifact = join(canary.root, `x@1-1.${suffix}`)
  writeFileSync(artifact, wrap(new Uint8Array(bytes)))
  const { findings, outcome, memoryBytes = 0 } = await stage(artifact, directory)
  removeTree(directory)
  removeTree(artifact)
  const all = [
    ...findings,
    ...canary.changes(),
    ...readdirSync(canary.root).map((name) => `it left ${name} in the root`),
  ]
  return { outcome, memoryBytes, findings: all.map((one) => [`seed ${seed}: ${one}`, ...description].join('\n  ')) }
}

async function stage(artifact: string, directory: string): Promise<Trial> {
  const fd = openSync(artifact, 'r')
  const job: StageJob = { artifact, directory, runsPrograms: false, owner: process.pid }
  const child = Bun.spawn([ownExecutable(), '__stage', JSON.stringify(job)], {
    cwd: directory,
    env: {},
    stdio: [new Blob(['go']), 'pipe', 'pipe', fd],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  })
  closeSync(fd)
  const [printed, complaint] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).text(),
  ])
  const status = await child.exited
  const memoryBytes = child.resourceUsage()?.maxRSS ?? 0
  const reader = createStageReader()
  try {
    reader.push(printed)
  } catch (error) {
    return { outcome: undefined, memoryBytes, findings: [`it told what it must not: ${error}`] }
  }
  const reading = reader.end()
  if (reading.kind === 'unpacked' && status === 0)
    return { outcome: 'unpacked', memoryBytes, findings: compareContents(reading.contents, directory) }
  if (reading.kind === 'failed' && reading.code === 'archive-invalid')
    return { outcome: 'refused', memoryBytes, findings: [] }
  const told = reading.kind === 'failed' ? `${reading.code} ${JSON.stringify(reading.details)}` : reading.kind
  return {
    outcome: undefined,
    memoryBytes,
    findings: [`it ended with ${child.signalCode ?? status}: ${told} ${complaint}`],
  }
}

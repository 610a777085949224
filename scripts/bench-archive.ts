import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runStage } from '../src/store/run-stage.ts'
import { packArtifact } from '../src/system/archive/pack-artifact.ts'
import { unpackArtifact } from '../src/system/archive/unpack-artifact.ts'

export interface ArchiveBenchmark {
  readonly name: string
  /** Time of kith divided by the time of GNU tar with zstd, medians of the same run. */
  readonly ratio: number
  readonly kithMs: number
  readonly tarMs: number
  readonly files: number
}

/** Packs, unpacks and stages a tree of 10,000 small files, in turns with GNU tar and zstd. */
export async function benchArchive(files = 10_000, rounds = 5): Promise<ArchiveBenchmark[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-bench-archive-'))
  try {
    const tree = join(scratch, 'tree')
    makeTree(tree, files)
    const ours = join(scratch, 'ours.tar.zst')
    const theirs = join(scratch, 'theirs.tar.zst')
    const pack = await compare(
      rounds,
      async () => void (await packArtifact(tree, ours, { compression: 'zst' })),
      () => runTar(['-C', tree, '--use-compress-program', 'zstd -3 -q', '-cf', theirs, '.']),
    )
    const target = join(scratch, 'out')
    const unpack = await compare(
      rounds,
      async () => void (await unpackArtifact(ours, target)),
      () => runTar(['-C', target, '--use-compress-program', 'zstd -q', '-xf', theirs]),
      () => {
        rmSync(target, { recursive: true, force: true })
        mkdirSync(target)
      },
    )
    const stage = await compare(
      rounds,
      async () => void (await runStage({ artifact: ours, directory: target, expected: [], signal: undefined })),
      () => runTar(['-C', target, '--use-compress-program', 'zstd -q', '-xf', theirs]),
      () => {
        rmSync(target, { recursive: true, force: true })
        mkdirSync(target)
      },
    )
    return [
      { name: 'pack', files, ...pack },
      { name: 'unpack', files, ...unpack },
      { name: 'stage (confined, hashed)', files, ...stage },
      { name: 'size', files, ratio: statSync(ours).size / statSync(theirs).size, kithMs: 0, tarMs: 0 },
    ]
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function makeTree(tree: string, files: number): void {
  for (let index = 0; index < files; index++) {
    const directory = join(tree, 'usr/share', `part-${index % 97}`)
    if (index < 97) mkdirSync(directory, { recursive: true })
    const line = `file ${index} of the benchmark, ${Math.imul(index, 2654435761) >>> 0}\n`
    writeFileSync(join(directory, `file-${index}.txt`), line.repeat(1 + (index % 80)))
  }
}

/** Medians; which of the two begins alternates. */
async function compare(
  rounds: number,
  kith: () => Promise<void>,
  tar: () => Promise<void>,
  prepare: () => void = () => {},
): Promise<{ readonly ratio: number; readonly kithMs: number; readonly tarMs: number }> {
  const kithTimes: number[] = []
  const tarTimes: number[] = []
  for (let round = 0; round < rounds; round++) {
    const turns = [
      { times: kithTimes, call: kith },
      { times: tarTimes, call: tar },
    ]
    for (const { times, call } of round % 2 === 0 ? turns : turns.reverse()) {
      prepare()
      const start = performance.now()
      await call()
      times.push(performance.now() - start)
    }
  }
  const kithMs = median(kithTimes)
  const tarMs = median(tarTimes)
  return { ratio: kithMs / tarMs, kithMs, tarMs }
}

async function runTar(args: readonly string[]): Promise<void> {
  const status = await Bun.spawn(['tar', ...args], { stdin: 'ignore' }).exited
  if (status !== 0) throw new Error(`tar failed with ${status}`)
}

function median(times: readonly number[]): number {
  return [...times].sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
}

if (import.meta.main)
  for (const { name, ratio, kithMs, tarMs } of await benchArchive())
    process.stdout.write(`${name}: ${ratio.toFixed(2)} (kith ${kithMs.toFixed(0)} ms, tar ${tarMs.toFixed(0)} ms)\n`)

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { BenchRow } from './bench-rows.ts'
import { makeStage, planStage, runStage, type Stage } from './bench-sandbox-stage.ts'
import { median, takeTurns } from './bench-sandbox-turns.ts'
import { makeLayerWorld } from './bench-sandbox-world.ts'

/**
 * A real `configure && make && make install`, by the recipe's own script, in a build's sandbox against the same script bare on
 * this host: same environment, same file system, sources at the same depth, output into pipes. The sandbox sees the host's tools
 * through an overlay, below the layers of 60 packages.
 */
async function measureBuild(directory: string, recipeDirectory: string, archive: string) {
  const name = basename(recipeDirectory)
  const recipe = join(directory, 'repo', name)
  cpSync(recipeDirectory, recipe, { recursive: true })
  // The shell's own last word: processor time of itself, and of all that it ran.
  writeFileSync(join(recipe, 'build'), `${readFileSync(join(recipe, 'build'), 'latin1')}\ntimes\n`)
  const { layers, layersDirectory } = makeLayerWorld(directory, 600)
  const stage = await makeStage(directory, recipe, layersDirectory)
  // As deep as /kith/build/NAME.
  const bare = mkdtempSync(join(tmpdir(), 'kith-bench-bare-'))
  const processor = { kith: [] as number[], bare: [] as number[] }
  const timed = async (kind: 'kith' | 'bare', source: string, run: () => Promise<string>): Promise<number> => {
    unpack(archive, source)
    const started = performance.now()
    const printed = await run()
    const elapsed = performance.now() - started
    processor[kind].push(processorMs(printed))
    return elapsed
  }
  try {
    const times = await takeTurns(5, {
      kith: () => timed('kith', stage.work.build, () => runStage(stage, { layers, hasHostTools: true }, 'overlay')),
      bare: () => timed('bare', join(bare, name), () => runBare(stage, bare)),
    })
    const user = process.getuid?.() === 0 ? 'root' : 'user'
    const { kith = [], bare: other = [] } = times
    const [inside, outside] = [processor.kith.slice(1), processor.bare.slice(1)]
    return {
      rows: [row(`${name}, ${user}`, kith, other), row(`${name}, ${user}, processor time`, inside, outside)],
      notes: [
        `${name}, ${user}: ${pairwise(kith, other)}`,
        `${name}, ${user}, processor time: ${pairwise(inside, outside)}`,
      ],
    }
  } finally {
    rmSync(bare, { recursive: true, force: true })
  }
}

function row(name: string, kith: readonly number[], other: readonly number[]): BenchRow {
  const pairs = kith.map((one, index) => one / (other[index] ?? Number.NaN))
  const figures = { kithMs: median(kith), otherMs: median(other), ratio: median(pairs) }
  return { name, ...figures, other: 'the same script bare', goal: 'at most 1.02' }
}

/** What else runs on the machine can only make a run slower: the quickest of each tells most where there is much of it. */
function pairwise(kith: readonly number[], other: readonly number[]): string {
  const ratios = kith.map((one, index) => (one / (other[index] ?? Number.NaN)).toFixed(3)).join(' ')
  return `pair by pair ${ratios}; quickest against quickest ${(Math.min(...kith) / Math.min(...other)).toFixed(3)}`
}

function unpack(archive: string, directory: string): void {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const argv = ['tar', '-xf', archive, '-C', directory, '--strip-components=1', '--no-same-owner']
  if (Bun.spawnSync(argv).exitCode !== 0) throw new Error(`${archive} cannot be unpacked`)
  // What this writes to the disk should not slow down what follows.
  Bun.spawnSync(['sync', '--file-system', directory])
}

async function runBare(stage: Stage, bare: string): Promise<string> {
  const { command } = planStage(stage, { layers: [], hasHostTools: true })
  const { name, version } = stage.recipe
  const source = join(bare, name)
  const environment = { ...command.environment, HOME: bare, PWD: source }
  const argv = [join(stage.work.recipe, 'build'), join(bare, 'pkg'), version.version]
  const child = Bun.spawn(argv, { cwd: source, env: environment, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [printed] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`the bare script failed: ${printed.slice(-2000)}`)
  return printed
}

/** Of what `times` printed: `0m0.50s 0m0.20s` for the shell, and a second line for its children. */
function processorMs(printed: string): number {
  const lines = printed.trimEnd().split('\n').slice(-2)
  const parts = lines.flatMap((line) => [...line.matchAll(/(\d+)m([\d.]+)s/g)])
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0)
}

if (import.meta.main) {
  const [directory = '', recipe = '', archive = ''] = process.argv.slice(2)
  process.stdout.write(JSON.stringify(await measureBuild(directory, recipe, archive)))
}

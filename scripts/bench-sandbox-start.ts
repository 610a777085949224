import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sandboxPaths } from '../src/build/sandbox-paths.ts'
import { openSysroot } from '../src/sandbox/open-sysroot.ts'
import type { BenchRow } from './bench-rows.ts'
import { partsOfStart } from './bench-sandbox-parts.ts'
import { makeStage, monotonicMs, planStage, runRequest, runStage, type Stage } from './bench-sandbox-stage.ts'
import { median, spread, takeTurns } from './bench-sandbox-turns.ts'
import type { LayerWorld } from './bench-sandbox-world.ts'

/** What one user's turns gave. */
export interface StartResult {
  readonly rows: readonly BenchRow[]
  readonly notes: readonly string[]
}

const rounds = 15

/**
 * From the start to the first instruction of the script, with all that a build does between: layers merged by overlayfs, by a
 * link farm made anew, by one that is there, and bubblewrap, for which somebody has merged them already.
 */
async function measureStart(directory: string, recipe: string, worlds: readonly LayerWorld[]): Promise<StartResult> {
  const user = process.getuid?.() === 0 ? 'root' : 'user'
  const rows: BenchRow[] = []
  const notes: string[] = []
  for (const world of worlds) {
    const stage = await makeStage(directory, recipe, world.layersDirectory)
    const times = await measureWorld(stage, world)
    const { bwrap } = times
    const files = world.files.toLocaleString('en')
    for (const [name, measured] of Object.entries(times)) {
      notes.push(`${name}, ${files} files, ${user}: ${spread(measured)}`)
      if (name === 'bwrap') continue
      const ratios = measured.map((one, index) => one / (bwrap?.[index] ?? Number.NaN))
      rows.push({
        name: `${name}, ${files}, ${user}`,
        kithMs: median(measured),
        other: bwrap === undefined ? 'nothing: no bwrap here' : 'bwrap, the merged tree bound read-only',
        otherMs: median(bwrap ?? []),
        ratio: median(ratios),
        ...(name === 'overlay' ? { goal: 'at most 40 ms, flat' } : {}),
      })
    }
    if (world.files === 20_000) notes.push(...(await partsOfStart(stage, world, user)))
  }
  return { rows, notes }
}

async function measureWorld(
  stage: Stage,
  { layers, merged, files }: LayerWorld,
): Promise<Record<string, readonly number[]>> {
  const bare = { layers, hasHostTools: false }
  const onHost = { layers, hasHostTools: true }
  const planned = planStage(stage, bare)
  using farm = openSysroot(planned.mounts, { strategy: 'links', layersDirectory: stage.layersDirectory })
  const since = async (run: () => Promise<string>): Promise<number> => {
    const started = monotonicMs()
    return Number(await run()) - started
  }
  return await takeTurns(rounds, {
    overlay: () => since(() => runStage(stage, bare, 'overlay')),
    'link farm made anew': () => since(() => runStage(stage, bare, 'links')),
    'link farm, mounts': () => since(() => runRequest({ ...planned, mounts: farm.mounts }, stage)),
    ...(files === 20_000 ? { 'overlay on the host': () => since(() => runStage(stage, onHost, 'overlay')) } : {}),
    ...(Bun.which('bwrap') === null ? {} : { bwrap: () => since(() => runBubblewrap(stage, merged)) }),
  })
}

/** What bubblewrap has to do for the same view: it merges nothing, masks nothing in /proc and knows neither Landlock nor seccomp rules of its own. */
async function runBubblewrap({ work, recipe: { name } }: Stage, merged: string): Promise<string> {
  const tree = readdirSync(merged).flatMap((top) => ['--ro-bind', join(merged, top), `/${top}`])
  const own = ['--bind', work.build, sandboxPaths.build(name), '--bind', work.destdir, sandboxPaths.destdir(name)]
  const recipe = sandboxPaths.recipe(name)
  const child = Bun.spawn(
    [
      ...['bwrap', '--unshare-all', '--die-with-parent', '--new-session', ...tree],
      ...['--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp', '--tmpfs', sandboxPaths.home, ...own],
      ...['--ro-bind', work.recipe, recipe, '--chdir', sandboxPaths.build(name), `${recipe}/build`],
    ],
    { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' },
  )
  const printed = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error('bwrap failed')
  return printed
}

if (import.meta.main) {
  const [directory = '', recipe = '', worlds = '[]'] = process.argv.slice(2)
  const result = await measureStart(directory, recipe, JSON.parse(worlds) as LayerWorld[])
  process.stdout.write(JSON.stringify(result))
}

import { openWorld, type Run, type ScratchWorld } from '../cli-fixture.ts'
import { buildScript } from './build-script.ts'
import { changeWorld, type MadePackage } from './generate.ts'
import type { Scene } from './judge-change.ts'
import { findUnloadable } from './made-root.ts'

export interface WholeUpgrade {
  /** What kith itself built again, besides the package whose library changed. */
  readonly rebuilt: ReadonlySet<string>
  /** Files of the root that the real loader cannot load afterwards. */
  readonly broken: readonly string[]
}

/** The world and the change of a scene as recipes: built, installed and upgraded by kith in a root of their own. */
export async function upgradeWhole({ question: { world: made, change } }: Scene): Promise<WholeUpgrade> {
  using world = openWorld()
  writeRecipes(made, world)
  const names = made.map(({ name }) => name)
  await well(world, 'build', ...names)
  await well(world, 'install', ...names)
  writeRecipes(changeWorld(made, change), world)
  const { stdout } = await well(world, 'upgrade', '--json')
  const events = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as StartEvent] : []))
  const started = events.flatMap((event) => (event.kind === 'build-started' ? [event.package ?? ''] : []))
  return { rebuilt: new Set(started.filter((name) => name !== change.package)), broken: findUnloadable(world.root) }
}

interface StartEvent {
  readonly kind: string
  readonly package?: string
}

function writeRecipes(made: readonly MadePackage[], world: ScratchWorld): void {
  for (const one of made)
    world.recipe(one.name, {
      build: buildScript(one),
      version: `${one.version} 1\n`,
      depends: one.depends.map((name) => `${name}\n`).join(''),
    })
}

async function well(world: ScratchWorld, ...argv: readonly string[]): Promise<Run> {
  const run = await world.run(...argv)
  if (run.status !== 0) throw new Error(`kith ${argv.join(' ')} ended with ${run.status}: ${run.stderr.slice(-2000)}`)
  return run
}

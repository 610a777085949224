import { expect, test } from 'bun:test'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, openWorld, type ScratchWorld } from './cli-fixture.ts'
import { makeKissSystem } from './kiss-root-fixture.ts'

/**
 * docs/from-kiss.md, tried: each command of its `console` blocks is run, in its order, and must print what the page says. With
 * KITH_UPDATE_DOCS=1 the page is written anew from what is printed.
 */
const page = join(import.meta.dir, '../docs/from-kiss.md')

const canBuild = isRoot || Bun.spawnSync(['unshare', '--user', '--map-root-user', 'true']).exitCode === 0
const isReady = canBuild && Bun.which('git') !== null && Bun.which('diff') !== null

test.skipIf(!isReady)(
  'the walk-through for users of KISS is what happens (skipped without namespaces for users, git or diff)',
  async () => {
    using world = openWorld()
    await makeKissSystem(world)
    symlinkSync(world.executable, join(world.directory, 'home/kith'))
    const parts = splitPage(readFileSync(page, 'utf8'))
    const printed = parts.map((part) => (typeof part === 'string' ? part : runBlock(part, world)))
    const written = parts.map((part) => (typeof part === 'string' ? part : part.map(printStep).join('')))

    if (process.env.KITH_UPDATE_DOCS === '1') writeFileSync(page, printed.join(''))
    else expect(printed.map(neutral)).toEqual(written.map(neutral))
    expect(parts.length).toBeGreaterThan(10)
  },
)

interface Step {
  readonly command: string
  readonly output: string
}

/** The text of the page, and its `console` blocks as commands with what they print. */
function splitPage(text: string): (string | Step[])[] {
  return text.split(/(?<=```console\n)(.*?)(?=```\n)/s).map((part, index) => {
    if (index % 2 === 0) return part
    const steps = part.split(/^\$ /m).slice(1)
    return steps.map((step) => ({
      command: step.slice(0, step.indexOf('\n')),
      output: step.slice(step.indexOf('\n') + 1),
    }))
  })
}

function printStep({ command, output }: Step): string {
  return `$ ${command}\n${output}`
}

/** Runs the commands as the page says, in the home directory; paths are shown as they are on a system of one's own. */
function runBlock(steps: readonly Step[], { directory, root, environment }: ScratchWorld): string {
  const home = join(directory, 'home')
  const { KISS_PROMPT: _, ...inherited } = environment
  const env = {
    ...inherited,
    PATH: `${home}/bin:${environment.PATH}`,
    KISS_PATH: `${home}/repos/core:${home}/repos/extra`,
    KITH_SCHEDULE: 'jobs=1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    LC_ALL: 'C',
    R: root,
  }
  return steps
    .map(({ command }) => {
      const inRoot = command.replace(/^(cat|ls -A) \//, '$1 "$R"/')
      const { stdout } = Bun.spawnSync(['sh', '-c', `{ ${inRoot}\n} 2>&1`], { cwd: home, env, stdin: 'ignore' })
      const text = stdout.toString().replaceAll(`${root}/`, '/').replaceAll(root, '/').replaceAll(home, '~')
      return printStep({
        command,
        output: text.replaceAll(`${directory}/cache`, '/var/cache').replaceAll(directory, ''),
      })
    })
    .join('')
}

/** Without what is another each time, or on another host. */
function neutral(text: string): string {
  return text
    .replace(/^WARNING .*\n/gm, '')
    .replace(/\d[\d.]* (ms|s|min)\b/g, 'TIME')
    .replace(/\d[\d.]* ([KM]iB|B)\b/g, 'SIZE')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d\.\d+ [+-]\d+)?/g, 'DATE')
    .replace(/\b[0-9a-f]{7,}\b/g, 'HASH')
}

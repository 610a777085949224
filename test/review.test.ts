import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openWorld, type ScratchWorld, sh } from './cli-fixture.ts'
import { installByHand } from './installed-fixture.ts'

/** What changed in a recipe since it was built, before it is built again. */

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

async function review(...argv: readonly string[]): Promise<string> {
  const { status, stderr } = await world.run('b', ...argv)
  expect([stderr.includes('ERROR'), status, stderr]).toEqual([false, 0, stderr])
  return stderr
}

const build = (text: string): string => `#!/bin/sh -e\nmkdir -p "$1/usr"\necho ${text} >"$1/usr/one"\n`

test('kith build --review shows what is new, then what changed since the last build, then nothing', async () => {
  const directory = world.recipe('one', { build: build('a'), depends: '', 'files/x': 'x\n' })
  const first = await review('--review', 'one')
  expect(first).toContain('one its recipe is new here: build (new), depends (new), files/x (new), version (new)')
  expect(first).toContain('--- a/build\n+++ b/build\n@@ -0,0 +1,3 @@\n+#!/bin/sh -e\n')

  writeFileSync(join(directory, 'build'), build('b\x1b[31m'))
  writeFileSync(join(directory, 'version'), '1.1 1\n')
  rmSync(join(directory, 'files/x'))
  expect(await review('--dry-run', 'one')).not.toContain('its recipe')
  const second = await review('--dry-run', '--review', 'one')
  expect(second).toContain(
    'one its recipe is not as it was when it was built last (1.0-1): build, files/x (gone), version',
  )
  expect(second).toContain('-echo a >"$1/usr/one"\n+echo b\\x1b[31m >"$1/usr/one"\n')
  expect(second).not.toContain('\x1b[31m')

  await review('one')
  expect(await review('--dry-run', '--review', 'one')).not.toContain('its recipe')
  const json = await world.run('b', '--json', '--dry-run', '--review', 'one')
  expect(json.stdout).not.toContain('recipe-changed')
})

test('what another tool installed is compared as the database has it, without what packaging adds there', async () => {
  installByHand(world.root, 'one', {
    depends: 'extra\nlib\n',
    entry: { build: build('a'), etcsums: '', sources: 'x\n' },
  })
  installByHand(world.root, 'lib')
  const directory = world.recipe('one', { build: build('a'), depends: 'lib\n', sources: 'x\n', x: 'x' })
  expect(await review('--dry-run', '--review', 'one')).toContain('when it was installed last (1.0-1): x (new)\n')

  writeFileSync(join(directory, 'depends'), 'lib\nmore\n')
  world.recipe('more')
  expect(await review('--dry-run', '--review', 'one')).toContain('last (1.0-1): depends, x (new)\n')
})

const hasScript = Bun.which('script') !== null
test.skipIf(!hasScript)(
  'a person is shown changed scripts and asked, and nothing else (skipped without script(1))',
  async () => {
    const directory = world.recipe('one', { build: build('a') })
    await review('one')
    mkdirSync(join(world.directory, 'tty'))
    const onTerminal = (line: string): string => {
      const env = Object.entries({ ...world.environment, KISS_PROMPT: '1', NO_COLOR: '1' })
      const settings = env.map(([name, value]) => `${name}='${value}'`).join(' ')
      return sh(`printf '\\n\\n' | ${settings} script -qec '${world.executable} ${line}' /dev/null`, world.directory)
    }
    writeFileSync(join(directory, 'version'), '1.1 1\n')
    expect(onTerminal('b --dry-run one')).not.toContain('its recipe')

    writeFileSync(join(directory, 'build'), build('b'))
    const shown = onTerminal('b one').replaceAll('\r', '')
    expect(shown).toContain('-echo a >"$1/usr/one"\n+echo b >"$1/usr/one"\n')
    expect(shown.indexOf('Continue?')).toBeLessThan(shown.indexOf('building 1/1'))
    writeFileSync(join(directory, 'build'), build('c'))
    expect(onTerminal('b --dry-run --no-review one')).not.toContain('its recipe')
  },
)

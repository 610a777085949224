import { afterEach, beforeEach, expect } from 'bun:test'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sandboxed, title } from './build-fixture.ts'
import { openWorld, type ScratchWorld } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

const failing = `#!/bin/sh -e
echo half >half-done
mkdir "$1/usr"
: >"$1/usr/some"
exit 1
`

sandboxed(
  title('kith shell opens where a build failed: same directory, files, environment and confinement'),
  async () => {
    world.recipe('broken', { build: failing, version: '2.1 1\n' })
    const failed = await world.runWith({ env: { CFLAGS: '-Os' } }, 'build', 'broken')
    const stdin =
      'pwd; cat half-done; find /kith/pkg/broken -name some; echo "$CFLAGS"; (: >/usr/x) 2>&1; echo new >new; exit 4\n'
    const { status, stdout, stderr } = await world.runWith({ env: { CFLAGS: '-Os' }, stdin }, 'shell', 'broken')
    const again = await world.runWith({ stdin: 'cat new\n' }, 'shell', 'broken')

    expect(failed.stderr).toContain('kith shell broken')
    expect(status).toBe(4)
    expect(stdout).toMatch(
      /^\/kith\/build\/broken\nhalf\n\/kith\/pkg\/broken\/usr\/some\n-Os\n.*Read-only file system\n$/,
    )
    expect(stderr).toContain('/kith/recipe/broken/build /kith/pkg/broken 2.1')
    expect(again.stdout).toBe('new\n')
    expect(world.leftovers()).toEqual([])
  },
)

sandboxed(
  title('kith shell without a failed build, or after one of another version, unpacks the sources anew'),
  async () => {
    world.recipe('plain', { build: failing, sources: 'files/data\n', 'files/data': 'data\n' })
    await world.run('checksum', 'plain')
    const stdin = 'ls\n'

    expect((await world.runWith({ stdin }, 'shell', 'plain')).stdout).toBe('data\n')
    await world.run('build', 'plain')
    expect((await world.runWith({ stdin }, 'shell', 'plain')).stdout).toBe('data\nhalf-done\n')
    world.recipe('plain', { build: failing, version: '2.0 1\n', sources: 'files/data\n', 'files/data': 'data\n' })
    expect((await world.runWith({ stdin }, 'shell', 'plain')).stdout).toBe('data\n')
  },
)

sandboxed(title('only the last failed build is kept, and not once it succeeds'), async () => {
  world.recipe('one', { build: failing })
  world.recipe('two', { build: failing })
  await world.run('build', 'one')
  await world.run('build', 'two')
  const kept = world.cached('kith/failed')
  world.recipe('two', {})
  await world.run('build', 'two')

  expect(kept).toContain('build/half-done')
  expect(kept.filter((path) => path.includes('half-done'))).toHaveLength(1)
  expect(world.cached('kith/failed')).toEqual([])
})

sandboxed(title('kith shell reads a file, and its descriptor stays outside'), async () => {
  world.recipe('plain')
  const script = join(world.directory, 'script')
  writeFileSync(script, 'chmod 777 /proc/self/fd/0 2>/dev/null; cat; exit 3\n'.concat('x'.repeat(200_000)), {
    mode: 0o600,
  })
  const child = Bun.spawn([world.executable, 'shell', 'plain'], {
    env: world.environment,
    stdin: Bun.file(script),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const text = await new Response(child.stdout).text()

  expect(await child.exited).toBe(3)
  expect(text.length).toBeGreaterThan(100_000)
  expect(statSync(script).mode & 0o777).toBe(0o600)
})

sandboxed(title('kith shell names what is not built yet'), async () => {
  world.recipe('needed')
  world.recipe('needy', { depends: 'needed make\n' })
  const { status, stderr } = await world.run('shell', 'needy')

  expect(status).toBe(1)
  expect(stderr).toContain('not built yet: needed\n-> Build what it needs first: kith build needed\n')
})

sandboxed(title('kith shell at a terminal has one of its own: size, Ctrl-C and job control'), async () => {
  world.recipe('plain')
  let seen = ''
  const child = Bun.spawn([world.executable, 'shell', 'plain'], {
    cwd: world.directory,
    env: { ...world.environment, TERM: 'xterm' },
    terminal: {
      cols: 91,
      rows: 33,
      data: (_, bytes) => {
        seen += Buffer.from(bytes).toString()
      },
    },
  })
  const type = async (text: string, expected: string): Promise<void> => {
    child.terminal?.write(text)
    for (let waitedMs = 0; !seen.includes(expected); waitedMs += 20) {
      if (waitedMs > 10_000) throw new Error(`${expected} not in ${seen}`)
      await Bun.sleep(20)
    }
  }
  await type('stty size\n', '33 91')
  await type('tty\n', '/dev/pts/0')
  await type('sleep 1000\n', 'sleep 1000')
  await Bun.sleep(200)
  await type('\x03', '^C')
  await type('echo st"ill" here\n', 'still here')
  child.terminal?.resize(70, 20)
  await Bun.sleep(200)
  await type('stty size\n', '20 70')
  child.terminal?.write('exit 9\n')

  expect(await child.exited).toBe(9)
  child.terminal?.close()
  expect(world.leftovers()).toEqual([])
})

sandboxed(title('kith sandbox tells what a build sees, changes and reaches, in words and as data'), async () => {
  world.recipe('needed')
  world.recipe('probe', { depends: 'needed\n' })
  await world.run('build', 'needed')
  const words = await world.run('sandbox', 'probe')
  const open = await world.run('sandbox', '--network', 'probe')
  const data = JSON.parse((await world.run('sandbox', '--json', 'probe')).stdout)

  expect(words.status).toBe(0)
  expect(words.stdout).toMatch(/\/kith\/build\/probe +its sources/)
  expect(words.stdout).toContain('no network: only a loopback interface of its own')
  expect(open.stdout).toContain('all that this host reaches')
  expect(data).toMatchObject({ kind: 'sandbox', package: 'probe', missing: [], network: { kind: 'loopback' } })
  expect(data.changes.map(({ path }: { path: string }) => path)).toEqual(['/kith/build/probe', '/kith/pkg/probe'])
  expect(data.reads.some(({ from }: { from: string[] }) => from.some((one) => one.includes('/layers/needed-')))).toBe(
    true,
  )
  expect(world.leftovers()).toEqual([])
})

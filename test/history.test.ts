import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { packPackage } from '../src/store/store-fixture.ts'
import { hostPath, walkTree } from '../src/system/tree.ts'
import { openWorld } from './cli-fixture.ts'

type World = ReturnType<typeof openWorld>

async function install(world: World, version: string, text = version): Promise<void> {
  const nodes = {
    '/usr/bin/tool': { content: text, mode: 0o4755 },
    '/usr/bin/same': { same: '/usr/bin/tool' },
    [`/usr/lib/tool-${version}/x`]: 'x',
    '/usr/link': { to: `lib/tool-${version}` },
    '/etc/tool': `conf ${version}`,
  }
  const { status, stderr } = await world.run('install', await packPackage({ name: 'tool', version, nodes }, world))
  expect([stderr.includes('ERROR'), status]).toEqual([false, 0])
}

/** Every path with mode, content and hard links, but for what kith keeps for itself. */
function show({ root }: World): Record<string, string> {
  const shown: Record<string, string> = {}
  const first = new Map<number, string>()
  for (const { path, kind, mode, inode } of walkTree(root)) {
    if (path.includes('/.kith')) continue
    const place = hostPath(root, path)
    const content =
      kind === 'file' ? fs.readFileSync(place, 'latin1') : kind === 'symlink' ? fs.readlinkSync(place) : ''
    const same = first.get(inode)
    if (kind === 'file' && same === undefined) first.set(inode, path)
    shown[path] = `${kind} ${mode.toString(8)} ${same === undefined ? content : `= ${same}`}`
  }
  return shown
}

test('undo and redo are exact, one by one and several at once, also for removals and files in /etc', async () => {
  using world = openWorld()
  const states = [show(world)]
  await install(world, '1')
  states.push(show(world))
  await install(world, '2')
  states.push(show(world))
  await world.run('remove', 'tool')
  states.push(show(world))
  const stateOf = (index: number) => {
    const state: Record<string, string> = { ...states[index] }
    // The directories above the database stay.
    for (const path of ['/var', '/var/db', '/var/db/kiss']) state[path] ??= 'directory 755 '
    return state
  }

  for (const index of [2, 1, 0]) {
    expect((await world.run('undo')).status).toBe(0)
    expect(show(world)).toEqual(stateOf(index))
  }
  expect((await world.run('undo')).stderr).toContain('nothing in the history is in effect')
  for (const index of [1, 2, 3]) {
    expect((await world.run('redo')).status).toBe(0)
    expect(show(world)).toEqual(stateOf(index))
  }
  expect((await world.run('undo', '1')).status).toBe(0)
  expect(show(world)).toEqual(stateOf(0))
  expect((await world.run('redo')).status).toBe(0)
  expect(show(world)).toEqual(stateOf(3))
})

test('history lists what happened, undone or not, as lines and as JSON', async () => {
  using world = openWorld()
  await install(world, '1')
  await install(world, '2')
  await world.run('undo')

  const lines = (await world.run('history')).stdout.trimEnd().split('\n')
  const items = (await world.run('history', '--json')).stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

  expect(lines.map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, 'WHEN'))).toEqual([
    '1  WHEN  install tool 1-1',
    '2  WHEN  install tool 2-1  (undone)',
    '3  WHEN  undo 2',
  ])
  expect(items.map(({ id, command, isUndone }) => [id, command, isUndone])).toEqual([
    [1, 'install', false],
    [2, 'install', true],
    [3, 'undo', false],
  ])
})

test('undo refuses what was changed since, keeps what was edited in /etc, and forced saves what it replaces', async () => {
  using world = openWorld()
  await install(world, '1')
  await install(world, '2')
  fs.writeFileSync(join(world.root, 'usr/bin/tool'), 'changed')
  fs.writeFileSync(join(world.root, 'etc/tool'), 'mine')

  const { status, stderr } = await world.run('undo')
  expect([status, stderr]).toEqual([1, expect.stringContaining('/usr/bin/tool')])
  expect(fs.readFileSync(join(world.root, 'usr/bin/tool'), 'utf8')).toBe('changed')

  const forced = await world.runWith({ env: { KISS_FORCE: '1' } }, 'undo')
  expect(forced.status).toBe(0)
  expect(forced.stderr).toContain('skipping /etc/tool (modified)')
  expect(fs.readFileSync(join(world.root, 'usr/bin/tool'), 'utf8')).toBe('1')
  expect(fs.readFileSync(join(world.root, 'etc/tool'), 'utf8')).toBe('mine')
  await world.run('redo')
  expect(fs.readFileSync(join(world.root, 'usr/bin/tool'), 'utf8')).toBe('changed')
})

test('--dry-run lists what then happens, and changes nothing', async () => {
  using world = openWorld()
  await install(world, '1')
  const next = await packPackage(
    { name: 'tool', version: '2', nodes: { '/usr/bin/tool': 'new', '/usr/new/x': 'x' } },
    world,
  )
  const before = show(world)
  const changesOf = async (...words: string[]): Promise<string[]> =>
    (await world.run(...words)).stdout.trimEnd().split('\n')

  const planned = await changesOf('install', '--dry-run', next)
  expect(show(world)).toEqual(before)
  await world.run('install', next)
  const after = show(world)
  const told = (mark: string): string[] =>
    planned
      .filter((line) => line.startsWith(mark))
      .map((line) => line.slice(2).replace(/\/$/, ''))
      .sort()
  expect(told('+')).toEqual(Object.keys(after).filter((path) => !(path in before)))
  expect(told('-')).toEqual(Object.keys(before).filter((path) => !(path in after)))
  expect(await changesOf('undo', '--dry-run')).toContain('- /usr/new/x')
  expect(await changesOf('remove', '--dry-run', 'tool')).toContain('- /usr/bin/tool')
})

test('clean tells what would be lost, forgets it, and undo goes no further back', async () => {
  using world = openWorld()
  await install(world, '1', 'x'.repeat(3000))
  await install(world, '2', 'y'.repeat(3000))
  await install(world, '3', 'z'.repeat(3000))

  const told = await world.run('clean', '1', '--dry-run')
  expect(told.stdout.trimEnd().split('\n')).toHaveLength(2)
  expect((await world.run('history')).stdout.trimEnd().split('\n')).toHaveLength(3)
  expect((await world.run('clean', '1')).status).toBe(0)

  expect(fs.readdirSync(join(world.root, 'var/db/kiss/.kith/history'))).toEqual(['3'])
  expect((await world.run('undo')).status).toBe(0)
  expect(fs.readFileSync(join(world.root, 'usr/bin/tool'), 'utf8')).toBe('y'.repeat(3000))
  expect((await world.run('undo')).status).toBe(1)
})

test('install NAME@VERSION takes a version that was built before, and names those there are', async () => {
  using world = openWorld()
  const bin = join(world.cache, 'bin')
  fs.mkdirSync(bin, { recursive: true })
  for (const version of ['1.0', '2.0'])
    await packPackage({ name: 'tool', version, nodes: { '/usr/tool': version } }, { directory: bin })

  expect((await world.run('install', 'tool@2.0-1')).status).toBe(0)
  expect((await world.run('install', 'tool@1.0')).status).toBe(0)
  expect(fs.readFileSync(join(world.root, 'usr/tool'), 'utf8')).toBe('1.0')
  const { status, stderr } = await world.run('install', 'tool@3.0')
  expect([status, stderr]).toEqual([1, expect.stringContaining('1.0-1 2.0-1')])
})

test('a second kith waits for the lock with a notice, or fails at once with --no-wait', async () => {
  using world = openWorld()
  await install(world, '1')
  const state = join(world.root, 'var/db/kiss/.kith')
  const holder = Bun.spawn(['flock', join(state, 'lock'), 'sleep', '30'])
  try {
    while (!fs.existsSync(join(state, 'lock'))) await Bun.sleep(10)
    await Bun.sleep(50)
    const { status, stderr } = await world.run('remove', '--no-wait', 'tool')

    expect([status, stderr]).toEqual([1, expect.stringContaining('another kith is at it')])
    expect((await world.run('list')).stdout).toBe('tool 1-1\n')
  } finally {
    holder.kill('SIGKILL')
    await holder.exited
  }
})

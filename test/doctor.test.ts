import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, listTree, openWorld, type Run, type RunOptions, type ScratchWorld, sh } from './cli-fixture.ts'

/** What an ordinary user can do: root plays nobody, everybody else themselves. */
const asUser = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : []
const hasNamespaces = Bun.spawnSync([...asUser, 'unshare', '--user', '--map-root-user', 'true']).exitCode === 0

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
  world.recipe('any')
  if (!isRoot) return
  chmodSync(world.directory, 0o755)
  sh('chown -R 65534:65534 .', world.directory)
})
afterEach(() => world[Symbol.dispose]())

interface Finding {
  readonly kind: string
  readonly id: string
  readonly status: string
  readonly found: string
  readonly meaning: string
  readonly remedy?: string
}

async function findings(options: RunOptions): Promise<{ run: Run; byId: Map<string, Finding> }> {
  const run = await world.runWith(options, 'doctor', '--json')
  const lines = run.stdout.trimEnd().split('\n')
  const items = lines.map((line): Finding => JSON.parse(line))
  return { run, byId: new Map(items.map((item) => [item.id ?? item.kind, item])) }
}

async function expectWorking(options: RunOptions): Promise<void> {
  const { run, byId } = await findings(options)
  const failing = [...byId.values()].filter(({ status }) => status === 'failing')

  expect([failing, run.stderr, run.status]).toEqual([[], '', 0])
  expect([...byId.keys()]).toEqual(
    expect.arrayContaining(['kernel', 'user-namespaces', 'overlayfs', 'landlock', 'seccomp', 'cgroups', 'tools']),
  )
  expect(byId.get('kernel')?.found).toStartWith('Linux ')
  expect(byId.get('repositories')?.found).toBe('1 recipe in 1 directory')
  expect(byId.get('database')?.found).toBe('0 packages installed')
  expect(byId.get('sandbox')?.found).toMatch(/^a sandbox ran "true" in \d+/)
  expect(byId.get('host-verdict')).toMatchObject({ canBuild: true, failing: 0 })
  expect(world.leftovers()).toEqual([])
}

test.skipIf(!isRoot)('kith doctor finds what builds need, as root (skipped for others)', async () => {
  await expectWorking({})
})

test.skipIf(!hasNamespaces)(
  'kith doctor finds what builds need, as an ordinary user (skipped where users may not make namespaces)',
  async () => {
    await expectWorking({ under: asUser })
  },
)

test('kith doctor is read in 80 columns, with a verdict at the end', async () => {
  const { stdout } = await world.runWith({ under: asUser }, 'doctor')
  const lines = stdout.trimEnd().split('\n')

  expect(lines[0]).toMatch(/^(ok|warning|failing) +kernel +Linux /)
  expect(lines.at(-1)).toMatch(/^Builds (work|do not work) on this host/)
  // Only a path or command of one piece may be longer.
  for (const line of lines.filter((one) => one.length > 80)) expect(line.trim()).not.toContain(' ')
})

test('kith doctor tells of a host whose unshare is that of busybox, and ends with status 1', async () => {
  const bin = join(world.directory, 'bin')
  mkdirSync(bin)
  const script = '#!/bin/sh\necho "BusyBox v1.36.1 multi-call binary.\n\nUsage: unshare" >&2\nexit 1\n'
  writeFileSync(join(bin, 'unshare'), script, { mode: 0o755 })
  const { run, byId } = await findings({ under: asUser, env: { PATH: `${bin}:${process.env.PATH}` } })

  expect(run.status).toBe(1)
  expect(byId.get('unshare')).toMatchObject({ status: 'failing', found: "unshare is busybox's" })
  expect(byId.get('sandbox')).toMatchObject({ status: 'failing' })
  expect(byId.get('host-verdict')).toMatchObject({ canBuild: false })
})

test('kith doctor goes on where nothing can be written, and says so', async () => {
  const closed = join(world.directory, 'closed')
  mkdirSync(closed, { mode: 0o555 })
  const env = { XDG_CACHE_HOME: closed, KISS_PATH: '/nowhere' }
  const { run, byId } = await findings({ under: asUser, env })

  expect(run.status).toBe(1)
  expect(byId.get('cache-writable')?.remedy).toContain('XDG_CACHE_HOME')
  expect(byId.get('work-writable')?.status).toBe('failing')
  expect(byId.get('repositories')?.found).toContain('/nowhere')
  expect(byId.get('sandbox')?.status).toBe('failing')
  expect(listTree(closed)).toEqual([])
})

test.skipIf(!hasNamespaces)(
  'kith doctor sees how the work directory is mounted (skipped where users may not make namespaces)',
  async () => {
    const work = join(world.directory, 'work')
    mkdirSync(work)
    const mount = 'mount -t tmpfs -o noexec,nosuid,size=20m tmpfs "$KISS_TMPDIR" && exec "$@"'
    const under = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh']
    const { run, byId } = await findings({ under, env: { KISS_TMPDIR: work } })

    expect(run.status).toBe(1)
    expect(byId.get('work-executable')).toMatchObject({
      status: 'failing',
      found: `${work} is mounted noexec and nosuid`,
    })
    expect(byId.get('work-space')?.found).toBe(`${work}: 20 MiB free`)
  },
)

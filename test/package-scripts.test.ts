import { expect, test } from 'bun:test'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { packPackage } from '../src/store/store-fixture.ts'
import { isRoot, openWorld } from './cli-fixture.ts'

const busybox = '/usr/bin/busybox'
const isStatic = fs.existsSync(busybox) && Bun.spawnSync(['ldd', busybox], { stderr: 'pipe' }).exitCode !== 0
const needsBusybox = isStatic ? '' : ' (skipped without a static busybox)'

/** A root with a shell, and a package whose post-install script is `script`. */
async function withScript(script: string) {
  const world = openWorld()
  for (const path of ['bin', 'dev', 'proc', 'tmp']) fs.mkdirSync(join(world.root, path))
  fs.copyFileSync(busybox, join(world.root, 'bin/busybox'))
  for (const tool of ['sh', 'cat', 'ls', 'mount', 'kill', 'mknod', 'chmod', 'wget'])
    fs.symlinkSync('busybox', join(world.root, 'bin', tool))
  const scripts = { 'post-install': `#!/bin/sh\n${script}` }
  const tarball = await packPackage({ name: 'tool', scripts, nodes: { '/usr/tool': 'x' } }, world)
  const env = { PATH: `/bin:${process.env.PATH}`, SECRET_PATH: world.directory }
  return Object.assign(world, { tarball, env })
}

const check = (title: string, body: () => Promise<void>) => test.skipIf(!isStatic)(`${title}${needsBusybox}`, body)

check('a post-install script changes its root, sees KISS_ROOT empty, and what it prints is shown', async () => {
  using world = await withScript('echo "hello from $0 <$KISS_ROOT>"; echo done >/usr/made; ls / >/usr/listing\n')

  const { status, stderr } = await world.runWith({ env: world.env }, 'install', world.tarball)

  expect([status, stderr]).toEqual([
    0,
    expect.stringContaining('hello from /var/db/kiss/installed/tool/post-install <>'),
  ])
  expect(fs.readFileSync(join(world.root, 'usr/made'), 'utf8')).toBe('done\n')
  expect(fs.readFileSync(join(world.root, 'usr/listing'), 'utf8').split('\n')).toContain('usr')
  expect((await world.run('hooks')).stdout).toBe('')
})

check('attack: a post-install script leaves its root by mounts, devices, signals, /proc or the network', async () => {
  const attempts = [
    'mount -t proc proc /tmp && echo mounted',
    'mknod /tmp/disk b 254 0 && cat /tmp/disk >/dev/null && echo device',
    'ls /proc/1/root/../.. | grep -q home && echo proc',
    `cat "$SECRET_PATH/secret" && echo host file`,
    'kill -0 $HOST_PID && echo signal',
    'wget -T 1 -q -O - http://127.0.0.1:$PORT/ && echo network',
    'echo 1 >/proc/sys/kernel/printk && echo sysctl',
  ]
  using world = await withScript(attempts.map((one) => `(${one}) 2>/dev/null >>/usr/escaped\n`).join(''))
  fs.writeFileSync(join(world.directory, 'secret'), 'secret')
  using server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('reached') })
  const env = { ...world.env, HOST_PID: String(process.pid), PORT: String(server.port) }

  expect((await world.runWith({ env }, 'install', world.tarball)).stderr).not.toContain('ERROR')

  expect(fs.readFileSync(join(world.root, 'usr/escaped'), 'utf8')).toBe('')
})

check('a post-install script that fails is told, remembered, listed and run again until it is well', async () => {
  using world = await withScript('test -e /usr/ready || exit 7\n')

  const { status, stderr } = await world.runWith({ env: world.env }, 'install', world.tarball)
  expect([status, stderr]).toEqual([1, expect.stringContaining('status 7')])
  expect((await world.run('list')).stdout).toBe('tool 1.0-1\n')
  expect((await world.run('hooks')).stdout).toBe('tool post-install failed: status 7\n')
  expect((await world.runWith({ env: world.env }, 'hooks', 'run')).status).toBe(1)

  fs.writeFileSync(join(world.root, 'usr/ready'), '')
  expect((await world.runWith({ env: world.env }, 'hooks', 'run', 'tool')).status).toBe(0)
  expect((await world.run('hooks')).stdout).toBe('')
})

check('a kith that is killed after the commit leaves its scripts to be run', async () => {
  using world = await withScript('echo >/usr/ran\n')
  const environment = { ...world.environment, ...world.env }
  const program = `
import { parsePackageName } from ${JSON.stringify(join(import.meta.dir, '../src/model/package-name.ts'))}
import { installPackages } from ${JSON.stringify(join(import.meta.dir, '../src/store/install-packages.ts'))}
import { testContext } from ${JSON.stringify(join(import.meta.dir, '../src/store/store-fixture.ts'))}
import { watchTreeChanges } from ${JSON.stringify(join(import.meta.dir, '../src/system/tree-change.ts'))}
watchTreeChanges((change) => {
  if (change.kind === 'rename' && change.at.path.endsWith('/journal')) process.kill(process.pid, 'SIGKILL')
})
const request = { names: [parsePackageName('tool')], artifactOf: () => ${JSON.stringify(world.tarball)} }
const settings = { root: ${JSON.stringify(world.root)}, isForced: false, refusesConflicts: false, environment: {} }
await installPackages(request, settings, testContext().context)`
  await Bun.spawn([process.execPath, '-e', program], { env: environment, stderr: 'inherit' }).exited

  expect((await world.run('list')).stderr).toContain('was interrupted')
  const recovered = await world.run('recover')
  expect(recovered.stderr).toContain('finished it')
  expect(recovered.stderr).toContain('post-install scripts have not run: tool (kith hooks run)')
  expect((await world.run('hooks')).stdout).toBe('tool post-install has not run\n')
  expect((await world.runWith({ env: world.env }, 'hooks', 'run')).status).toBe(0)
  expect(fs.existsSync(join(world.root, 'usr/ran'))).toBe(true)
})

test.skipIf(!isRoot)(
  "a script of the host's own root is found in the root only, never behind a link (skipped: only root can)",
  async () => {
    using world = openWorld()
    const outside = join(world.directory, 'outside')
    fs.writeFileSync(outside, '#!/bin/sh\necho reached\n', { mode: 0o755 })
    fs.mkdirSync(join(world.root, 'var/db/kiss/installed/tool'), { recursive: true })
    const entry = join(world.root, 'var/db/kiss/installed/tool')
    fs.writeFileSync(join(entry, 'version'), '1 1\n')
    fs.writeFileSync(
      join(entry, 'manifest'),
      '/var/db/kiss/installed/tool/manifest\n/var/db/kiss/installed/tool/version\n',
    )
    fs.symlinkSync(outside, join(entry, 'pre-remove'))

    const { stderr } = await world.run('remove', 'tool')

    expect(stderr).toContain('tool removed')
    expect(stderr).not.toContain('reached')
  },
)

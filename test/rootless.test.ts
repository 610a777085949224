import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, openWorld, type Run, type ScratchWorld, sh, waitUntil } from './cli-fixture.ts'

/** What an ordinary user can do: root plays nobody, everybody else themselves. */
const asUser = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : []
const hasNamespaces = Bun.spawnSync([...asUser, 'unshare', '--user', '--map-root-user', 'true']).exitCode === 0
const rootless = test.skipIf(!hasNamespaces)
const title = (text: string): string => `${text} (skipped where users may not make namespaces)`

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
  mkdirSync(world.root, { recursive: true })
  if (!isRoot) return
  chmodSync(world.directory, 0o755)
  sh('chown -R 65534:65534 .', world.directory)
})
afterEach(() => world[Symbol.dispose]())

async function runAsUser(...argv: readonly string[]): Promise<Run> {
  if (isRoot) sh('chown -R 65534:65534 repo', world.directory)
  return await world.runWith({ under: asUser }, ...argv)
}

const compile = `#!/bin/sh -e
id -u >"$1/uid"
echo 'int main(void) { return 0; }' >main.c
mkdir -p "$1/usr/bin"
cc -o "$1/usr/bin/nothing" main.c
chown 0:0 "$1/usr/bin/nothing"
`

rootless(title('an ordinary user builds, installs and removes in a root of their own'), async () => {
  world.recipe('nothing', { build: compile })
  const built = await runAsUser('build', 'nothing')
  const installed = await runAsUser('install', 'nothing')

  expect([built.stderr, built.status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  expect(installed.status).toBe(0)
  expect(readFileSync(join(world.root, 'uid'), 'utf8')).toBe('0\n')
  expect(sh('tar --numeric-owner -tvf bin/nothing@1.0-1.tar.zst', world.cache)).toMatch(/ 0\/0 .*usr\/bin\/nothing/)
  expect((await runAsUser('remove', 'nothing')).status).toBe(0)
  expect(world.leftovers()).toEqual([])
})

rootless(title("an ordinary user's builds take tokens of the jobserver, and put them back"), async () => {
  const build =
    '#!/bin/sh -e\nwhile ! token=$(head -c 1 /kith/jobserver); do :; done\necho "token $token"\necho + >/kith/jobserver\n'
  for (const name of ['one', 'two']) world.recipe(name, { build })
  const { status, stderr } = await world.runWith({ under: asUser, env: { MAKEFLAGS: '-j3' } }, 'build', 'one', 'two')

  expect([status, stderr.match(/token \+/g)?.length]).toEqual([0, 2])
})

test.skipIf(!hasNamespaces || !isRoot)(
  title('root and an ordinary user build the same bytes (and needs root, to be both)'),
  async () => {
    world.recipe('same', { build: compile.replace('id -u', 'echo') })
    expect((await runAsUser('build', 'same')).status).toBe(0)
    const ofUser = readFileSync(join(world.cache, 'bin/same@1.0-1.tar.zst'))
    expect(
      (await world.runWith({ env: { XDG_CACHE_HOME: join(world.directory, 'other') } }, 'build', 'same')).status,
    ).toBe(0)
    const ofRoot = readFileSync(join(world.directory, 'other/kiss/bin/same@1.0-1.tar.zst'))

    expect(ofUser.equals(ofRoot)).toBe(true)
  },
)

rootless(title('a rootless build reaches no file, process or network of the user'), async () => {
  const secret = join(world.directory, 'secret')
  writeFileSync(secret, 'unchanged', { mode: 0o666 })
  const using = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('reached') })
  world.recipe('nosy', {
    build: `#!/bin/bash
(echo x >>${secret}) 2>/dev/null && echo WROTE secret
cat ${secret} 2>/dev/null && echo READ secret
(: >/usr/kith-escape) 2>/dev/null && echo WROTE usr
mount -t tmpfs tmpfs /tmp 2>/dev/null && echo MOUNTED
(exec 3<>/dev/tcp/127.0.0.1/${using.port}) 2>/dev/null && echo REACHED network
kill -0 ${process.pid} 2>/dev/null && echo SAW process
unshare --user true 2>/dev/null && echo NESTED
grep CapEff /proc/self/status
true
`,
  })
  const run = await runAsUser('build', 'nosy')
  using.stop(true)

  expect(run.status).toBe(0)
  expect(run.stderr).not.toMatch(/WROTE|READ|MOUNTED|REACHED|SAW/)
  expect(run.stderr).toMatch(/CapEff:\s+00000000800400fb/)
  expect(readFileSync(secret, 'utf8')).toBe('unchanged')
})

rootless(title('directories that forbid writing to their owner hinder no build and stay behind nowhere'), async () => {
  const build =
    '#!/bin/sh -e\nmkdir -p cache/deep "$1/srv/closed"\n: >cache/deep/f\nchmod -R a-w cache "$1/srv/closed"\n'
  world.recipe('closed', { build })
  const { status, stderr } = await runAsUser('build', 'closed')

  expect([stderr, status]).toEqual([expect.not.stringContaining('ERROR'), 0])
  expect((await runAsUser('install', 'closed')).status).toBe(0)
  expect(world.leftovers()).toEqual([])
})

test('where user namespaces are refused an ordinary user is told what to allow, before anything is fetched', async () => {
  const bin = join(world.directory, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'unshare'), '#!/bin/sh\necho "unshare failed: Operation not permitted" >&2\nexit 1\n', {
    mode: 0o755,
  })
  world.recipe('any')
  if (isRoot) sh('chown -R 65534:65534 repo', world.directory)
  const env = { PATH: `${bin}:${process.env.PATH}` }
  const run = await world.runWith({ under: asUser, env }, 'build', 'any')

  expect(run.status).toBe(1)
  expect(run.stderr).toContain('this system refuses user namespaces: unshare failed: Operation not permitted')
  expect(run.stderr).toContain('user.max_user_namespaces')
})

/** nobody, with a range of further ids that only this command sees in /etc: the host's files stay as they are. */
const inRange = (directory: string): string[] => {
  const script = join(directory, 'with-range')
  const ranges = join(directory, 'ranges')
  writeFileSync(ranges, 'nobody:100000:65536\n')
  writeFileSync(script, 'for file in subuid subgid; do mount --bind "$1" "/etc/$file"; done\nshift\nexec "$@"\n')
  return ['unshare', '--mount', 'sh', '-e', script, ranges, ...asUser]
}
const hasRange =
  isRoot &&
  Bun.which('newuidmap') !== null &&
  ['/etc/subuid', '/etc/subgid'].every((file) => existsSync(file)) &&
  sh('getent passwd 65534 || :', '/').startsWith('nobody:')
const ranged = test.skipIf(!hasRange)

ranged(
  'with a range in /etc/subuid a build may give files to others, and nothing of theirs stays (skipped without newuidmap, root and nobody)',
  async () => {
    const script = `#!/bin/sh -e
cat /proc/self/uid_map
mkdir -p "$1/usr/bin" mine/deep
echo x >"$1/usr/bin/x"
echo y >mine/deep/y
chown 5:7 "$1/usr/bin/x"
chown -R 33:33 mine
chmod 500 mine mine/deep
`
    world.recipe('shared', { build: script })
    world.recipe('broken', { build: `${script}exit 1\n` })
    sh('chown -R 65534:65534 .', world.directory)
    const built = await world.runWith({ under: inRange(world.directory) }, 'build', 'shared')
    const failed = await world.runWith({ under: inRange(world.directory) }, 'build', 'broken')

    expect(built.stderr).toMatch(/1 +100000 +65535/)
    expect([built.status, failed.status]).toEqual([0, 1])
    expect(sh('tar --numeric-owner -tvf bin/shared@1.0-1.tar.zst ./usr/bin/x', world.cache)).toContain(' 0/0 ')
    expect(world.cached('proc')).toEqual([])
  },
)

ranged(
  'what a killed build of that kind leaves is removed by the next command (skipped without newuidmap, root and nobody)',
  async () => {
    world.recipe('slow', {
      build: '#!/bin/sh -e\nmkdir mine\n: >mine/y\nchown -R 33:33 mine\nchmod 500 mine\necho STARTED\nsleep 100\n',
    })
    sh('chown -R 65534:65534 .', world.directory)
    const child = world.startWith({ under: inRange(world.directory) }, 'build', 'slow')
    await waitUntil(() => world.leftovers().some((one) => one.includes('sleep 100')))
    // The shell that mounts has become kith itself.
    process.kill(child.pid, 'SIGKILL')
    await child.exited
    await waitUntil(() => world.leftovers().every((one) => !one.startsWith('process')))
    const next = await world.runWith({ under: inRange(world.directory) }, 'list')

    expect(next.status).toBe(0)
    expect(world.leftovers()).toEqual([])
  },
)

rootless(title('without a cgroup the memory limit holds for each process, and kith itself still works'), async () => {
  const script = '#!/bin/sh\nhead -c 400000000 /dev/zero | tail -c 350000000 | wc -c\n'
  world.recipe('greedy', { build: script })
  sh(isRoot ? 'chown -R 65534:65534 repo' : ':', world.directory)
  const limited = await world.runWith({ under: asUser, env: { KITH_LIMITS: 'memory=256M' } }, 'build', 'greedy')
  const unlimited = await world.runWith({ under: asUser, env: { KITH_LIMITS: 'memory=none' } }, 'b', 'greedy')

  expect(limited.stderr).not.toContain('350000000\n')
  expect(limited.stderr).toMatch(/memory exhausted|Cannot allocate memory|needed more memory/)
  expect(unlimited.stderr).toContain('350000000\n')
})

rootless(title('without a cgroup the least memory limit is enough for kith, which reserves more'), async () => {
  world.recipe('small', { build: '#!/bin/sh -e\n: >"$1/made"\n' })
  sh(isRoot ? 'chown -R 65534:65534 repo' : ':', world.directory)
  const env = { KITH_LIMITS: 'memory=256M' }
  const { stderr, status } = await world.runWith({ under: asUser, env }, 'build', 'small')

  expect([stderr, status]).toEqual([expect.not.stringContaining('ERROR'), 0])
})

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { textTreePath } from '../src/model/tree-path.ts'
import { readTreeXattrs } from '../src/system/file-xattrs.ts'
import { isRoot, openWorld, type Run, type ScratchWorld, sh } from './cli-fixture.ts'

/** Files with setuid, setgid, capabilities and attributes of users: from the script that makes them to the root that has them. */

const hasSetcap = ['/usr/sbin/setcap', '/sbin/setcap', '/usr/bin/setcap'].some((path) => existsSync(path))
const asUser = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : []
const hasNamespaces = Bun.spawnSync([...asUser, 'unshare', '--user', '--map-root-user', 'true']).exitCode === 0
const hasRange =
  isRoot &&
  Bun.which('newuidmap') !== null &&
  ['/etc/subuid', '/etc/subgid'].every((file) => existsSync(file)) &&
  sh('getent passwd 65534 || :', '/').startsWith('nobody:')
const asRoot = test.skipIf(!isRoot || !hasSetcap)
const rootTitle = (text: string): string => `${text} (skipped without root or setcap)`
const rootless = test.skipIf(!hasNamespaces || !hasSetcap)
const rootlessTitle = (text: string): string => `${text} (skipped without setcap, and where users make no namespaces)`

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
  if (!isRoot) return
  chmodSync(world.directory, 0o755)
  sh('chown 65534:65534 . cache home root', world.directory)
})
afterEach(() => world[Symbol.dispose]())

const ping = join('usr', 'bin', 'ping')
const netRaw = '0100000200200000000000000000000000000000'
const capabilityOf = (path: string): string => {
  const value = readTreeXattrs(world.root, textTreePath(`/${path}`)).get('security.capability') ?? ''
  return Buffer.from(value, 'latin1').toString('hex')
}

/** A program with debugging symbols, which is stripped, of two names, with a capability and an attribute of users. */
const program = `#!/bin/sh -e
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$1/usr/bin"
cat >tag.c <<'EOF'
#include <sys/xattr.h>
int main(int n, char **v) { return fsetxattr(0, v[1], v[2], 3, 0) != 0; }
EOF
echo 'int main(void) { return 0; }' >main.c
cc -o tag tag.c
cc -g -o "$1/usr/bin/ping" main.c
chmod 755 "$1/usr/bin/ping"
./tag user.kept yes <"$1/usr/bin/ping"
ln "$1/usr/bin/ping" "$1/usr/bin/pong"
`
const withCapability = `${program}setcap cap_net_raw+ep "$1/usr/bin/ping"\n`

async function runAsUser(...argv: readonly string[]): Promise<Run> {
  return await world.runWith({ under: asUser }, ...argv)
}

/** Runs kith, which must do well. */
async function well(...argv: readonly string[]): Promise<string> {
  const { status, stderr } = await world.run(...argv)
  expect([status, stderr]).toEqual([0, expect.any(String)])
  return stderr
}

asRoot(
  rootTitle('capabilities, attributes, setuid and setgid arrive as the script made them, and are told'),
  async () => {
    const modes =
      'cp main.c "$1/usr/bin/su"; cp main.c "$1/usr/bin/wall"; mkdir -p "$1/var/mail"; chmod 2775 "$1/var/mail"\n'
    world.recipe('tools', {
      build: `${withCapability}${modes}chmod 4711 "$1/usr/bin/su" "$1/usr/bin/ping"; chmod 2755 "$1/usr/bin/wall"\n`,
    })
    const built = await well('build', 'tools')
    const installed = await well('install', 'tools')

    const told = [
      '/usr/bin/ping runs as root (setuid), gets cap_net_raw+ep',
      '/usr/bin/pong runs as root (setuid), gets cap_net_raw+ep',
      '/usr/bin/su runs as root (setuid)',
      '/usr/bin/wall runs with the group of root (setgid)',
    ]
    const linesWith = (text: string, word: string): string[] =>
      text.split('\n').flatMap((line) => (line.includes(word) ? (line.split(word)[1] ?? '') : []))
    expect(linesWith(built, 'when installed, ')).toEqual(told)
    expect(linesWith(installed, 'new: ').sort()).toEqual(told)
    expect(installed.indexOf('new: ')).toBeLessThan(installed.indexOf('installing '))
    expect([capabilityOf(ping), capabilityOf('usr/bin/pong')]).toEqual([netRaw, netRaw])
    expect(readTreeXattrs(world.root, textTreePath(`/${ping}`)).get('user.kept')).toBe('yes')
    const { mode, nlink, uid } = statSync(join(world.root, ping))
    expect([(mode & 0o7777).toString(8), nlink, uid]).toEqual(['4711', 2, 0])
    expect(built).toMatch(/inspected ELF \/usr\/bin\/ping \(.*, stripped\)/)
    expect(await well('install', 'tools')).not.toContain('new: ')
  },
)

asRoot(
  rootTitle('an upgrade tells only what is new, takes away what is gone, and removal leaves nothing'),
  async () => {
    const next = async (version: string, build: string): Promise<string> => {
      world.recipe('tools', { build, version: `${version} 1\n` })
      await well('build', 'tools')
      return await well('install', 'tools')
    }
    expect(await next('1', program)).not.toContain('new: ')
    expect(await next('2', withCapability)).toContain('new: /usr/bin/ping gets cap_net_raw+ep')
    expect(await next('3', `${withCapability}chmod u+s "$1/usr/bin/ping"\n`)).toContain(
      'new: /usr/bin/ping runs as root (setuid)\n',
    )
    expect(capabilityOf(ping)).toBe(netRaw)
    expect(await next('4', program)).not.toContain('new: ')
    expect([capabilityOf(ping), statSync(join(world.root, ping)).mode & 0o7777]).toEqual(['', 0o755])
    expect(await next('5', program.replace('mkdir', 'exit 0; mkdir'))).not.toContain('new: ')
    expect(existsSync(join(world.root, ping))).toBe(false)
    await next('6', withCapability)
    await well('remove', 'tools')
    expect(existsSync(join(world.root, ping))).toBe(false)
  },
)

asRoot(rootTitle('an alternative has its capabilities in its place and out of it, and is no news'), async () => {
  world.recipe('one', { build: withCapability })
  world.recipe('two', { build: withCapability.replace('net_raw', 'net_admin') })
  await well('build', 'one', 'two')
  await well('install', 'one')
  await well('install', 'two')
  await well('alternatives', 'two', `/${ping}`)
  expect(capabilityOf(ping)).toBe('0100000200100000000000000000000000000000')
  expect(capabilityOf('var/db/kiss/choices/one>usr>bin>ping')).toBe(netRaw)

  expect(await well('install', 'one')).not.toContain('new: ')
})

asRoot(
  rootTitle('on another file system than the database a file has its attributes too, or a warning says what it lacks'),
  async () => {
    world.recipe('tools', { build: withCapability })
    await well('build', 'tools')
    for (const [type, capability, warning] of [
      ['tmpfs', netRaw, undefined],
      ['ramfs', '', 'tools installed without their capabilities, which this file system cannot hold: /usr/bin/ping'],
    ] as const) {
      sh(`mkdir -p usr; mount -t ${type} ${type} usr`, world.root)
      const installed = await well('install', 'tools')

      expect([type, capabilityOf(ping)]).toEqual([type, capability])
      if (warning === undefined) expect(installed).not.toContain('WARNING')
      else expect(installed).toContain(warning)
      expect(statSync(join(world.root, ping)).nlink).toBe(2)
      await well('remove', 'tools')
      sh('umount usr', world.root)
    }
  },
)

test.skipIf(!isRoot || !hasSetcap || !hasNamespaces)(
  'root and ordinary users pack the same bytes for capabilities (skipped without root, setcap, user namespaces)',
  async () => {
    world.recipe('tools', { build: withCapability })
    const ranges = join(world.directory, 'ranges')
    const script = join(world.directory, 'with-range')
    writeFileSync(ranges, 'nobody:100000:65536\n')
    writeFileSync(script, 'for file in subuid subgid; do mount --bind "$1" "/etc/$file"; done\nshift\nexec "$@"\n')
    const ways: (readonly string[])[] = [[], asUser]
    if (hasRange) ways.push(['unshare', '--mount', 'sh', '-e', script, ranges, ...asUser])
    const sums = new Set<string>()
    for (const [index, under] of ways.entries()) {
      const caches = join(world.directory, `cache-${index}`)
      sh(`mkdir ${caches}; chown 65534:65534 ${caches}`, world.directory)
      const { status, stderr } = await world.runWith({ under, env: { XDG_CACHE_HOME: caches } }, 'build', 'tools')
      expect([status, stderr]).toEqual([0, expect.stringContaining('/usr/bin/ping gets cap_net_raw+ep')])
      sums.add(sh('sha256sum <bin/tools@1.0-1.tar.zst', join(caches, 'kiss')))
    }
    expect(sums.size).toBe(1)
  },
)

rootless(
  rootlessTitle('an ordinary user gives a program capabilities; what they cannot install a warning names'),
  async () => {
    world.recipe('tools', { build: `${withCapability}cp main.c "$1/usr/bin/su"; chmod 4755 "$1/usr/bin/su"\n` })
    const built = await runAsUser('build', 'tools')
    const installed = await runAsUser('install', 'tools')

    expect([built.status, built.stderr]).toEqual([0, expect.stringContaining('/usr/bin/ping gets cap_net_raw+ep')])
    expect(installed.status).toBe(0)
    expect(installed.stderr).toContain('new: /usr/bin/su runs as user ')
    expect(installed.stderr).not.toContain('gets cap')
    expect(installed.stderr).toContain(
      'WARNING tools installed without their capabilities, which only root can set: /usr/bin/ping',
    )
    expect(capabilityOf(ping)).toBe('')
    expect(readTreeXattrs(world.root, textTreePath(`/${ping}`)).get('user.kept')).toBe('yes')
  },
)

asRoot(rootTitle('events tell privileged files as data'), async () => {
  world.recipe('tools', { build: `${withCapability}chmod 4755 "$1/usr/bin/ping"; rm "$1/usr/bin/pong"\n` })
  const told = async (command: string): Promise<unknown[]> => {
    const { stdout, stderr } = await world.run(command, 'tools', '--json')
    const events = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('"privileged-files"'))
    return events.map((line) => JSON.parse(line))
  }
  const files = [{ path: '/usr/bin/ping', privileges: ['setuid', 'cap_net_raw+ep'] }]
  const event = { schema: 1, kind: 'privileged-files', package: 'tools', owner: 'root', files }

  expect(await told('build')).toEqual([{ ...event, reason: 'built' }])
  expect(await told('install')).toEqual([{ ...event, reason: 'new' }])
})

asRoot(rootTitle('a layer has no capabilities: in a sandbox they would count for nothing'), async () => {
  world.recipe('tools', { build: withCapability })
  world.recipe('user', {
    build:
      'getcap() { /usr/sbin/getcap "$@"; }\nls /usr/bin/ping\ngetcap /usr/bin/ping | grep -q net_raw && echo HAS\n:\n'.replace(
        /^/,
        '#!/bin/sh\n',
      ),
    depends: 'tools make\n',
  })
  const { status, stderr } = await world.run('build', 'user')

  expect([status, stderr]).toEqual([0, expect.not.stringContaining('HAS')])
  const layers = join(world.cache, 'kith', 'layers')
  const layer = readdirSync(layers).find((name) => name.startsWith('tools-')) ?? ''
  expect(readTreeXattrs(join(layers, layer), textTreePath('/usr/bin/ping')).size).toBe(0)
})

asRoot(rootTitle('capabilities for one user of this system alone are refused'), async () => {
  world.recipe('tools', { build: `${program}setcap -n 1000 cap_net_raw+ep "$1/usr/bin/ping"\n` })
  const { status, stderr } = await world.run('build', 'tools')

  expect(status).toBe(1)
  expect(stderr).toContain('"/usr/bin/ping" has capabilities for user namespaces of user 1000 alone')
})

test.skipIf(!isRoot)(
  'attack: change the mode of a device of the host, by any name or descriptor (skipped without root)',
  async () => {
    // Adds only what these devices have on every host, so that nothing changes even where the attack succeeds.
    const build = `#!/bin/sh
for d in /dev/null /dev/zero /proc/kcore /proc/self/fd/0; do
case $(stat -L -c %t,%T "$d") in 1,3 | 1,5) chmod a+rw "$d" && echo CHANGED "$d" ;; esac
done
echo x >/dev/null && echo wrote
`
    world.recipe('devices', { build })
    const { status, stderr } = await world.run('build', 'devices')

    expect([status, stderr]).toEqual([0, expect.stringContaining('\nwrote\n')])
    expect(stderr).not.toContain('CHANGED')
  },
)

rootless(rootlessTitle('a build without privileged files says nothing of them'), async () => {
  world.recipe('plain', { build: '#!/bin/sh -e\nmkdir -p "$1/var/mail"\nchmod 2775 "$1/var/mail"\n: >"$1/var/f"\n' })
  const { status, stdout, stderr } = await runAsUser('build', 'plain', '--json')

  expect(status).toBe(0)
  expect(stdout + stderr).not.toContain('privileged-files')
})

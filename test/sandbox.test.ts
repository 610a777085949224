import { afterEach, beforeEach, describe, expect } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { buildProbe, sandboxed, snapshot, title } from './build-fixture.ts'
import { listTree, openWorld, type ScratchWorld, sh } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

/** Members of the artifact as tar lists them. */
function members({ cache }: ScratchWorld): string {
  return sh('tar --numeric-owner -tvf bin/probe@1.0-1.tar.zst', cache)
}

describe('a build script cannot', () => {
  sandboxed(title('write outside its build, destination and temporary directories'), async () => {
    const secret = join(world.directory, 'secret')
    writeFileSync(secret, 'unchanged')
    const before = snapshot(join(world.repository))
    const run = await buildProbe(
      world,
      `
for place in /usr /usr/bin /etc /opt /var /var/db /kith /kith/recipe /kith/recipe/probe /proc/sys/kernel / /sys /run \
  ${world.cache} ${world.cache}/bin ${world.repository}/probe ${world.root} /proc/1/root /proc/1/root/etc /proc/1/cwd; do
  if (: >"$place/kith-escape") 2>/dev/null || mkdir "$place/kith-escape" 2>/dev/null; then echo "WROTE $place"; fi
done
(echo x >>${secret}) 2>/dev/null && echo "WROTE secret"
(echo x >>/kith/recipe/probe/build) 2>/dev/null && echo "WROTE recipe"
(echo x >/proc/sys/kernel/core_pattern) 2>/dev/null && echo "WROTE core_pattern"
[ -c /proc/sysrq-trigger ] || { (echo x >/proc/sysrq-trigger) 2>/dev/null && echo "WROTE sysrq"; }
(echo x >>/usr/bin/env) 2>/dev/null && echo "WROTE env"
for place in . "$1" /tmp /var/tmp /dev/shm "$HOME"; do : >"$place/mine" || echo "CANNOT $place"; done
exit 0`,
    )

    expect(run.stderr).not.toMatch(/WROTE|CANNOT/)
    expect(run.status).toBe(0)
    expect(readFileSync(secret, 'utf8')).toBe('unchanged')
    expect(snapshot(world.repository).split('\n').length).toBe(before.split('\n').length + 3)
    expect(existsSync('/usr/kith-escape') || existsSync('/etc/kith-escape')).toBe(false)
  })

  sandboxed(title('change mode, owner, times or attributes of a file of the host'), async () => {
    const before = [statSync('/usr/bin/env'), statSync('/usr')].map(({ mode, uid, ctimeMs }) => [mode, uid, ctimeMs])
    const run = await buildProbe(
      world,
      `
# What would change nothing is refused like what would: nothing is damaged where this fails.
for path in /usr/bin/env /usr /etc /; do
  chmod "$(stat -c %a $path)" $path 2>/dev/null && echo CHANGED mode
  chown "$(stat -c %u:%g $path)" $path 2>/dev/null && echo CHANGED owner
done
touch -c -d "$(stat -c %y /usr/bin/env)" /usr/bin/env 2>/dev/null && echo CHANGED time
setfattr -n user.kith -v 1 /usr/bin/env 2>/dev/null && echo CHANGED attribute
ln /usr/bin/env "$1/env" 2>/dev/null && echo CHANGED links
exit 0`,
    )

    expect(run.stderr).not.toContain('CHANGED')
    expect(run.status).toBe(0)
    const after = [statSync('/usr/bin/env'), statSync('/usr')].map(({ mode, uid, ctimeMs }) => [mode, uid, ctimeMs])
    expect(after).toEqual(before)
  })

  sandboxed(title('make devices, mounts or namespaces with which it could mount'), async () => {
    const run = await buildProbe(
      world,
      `
mknod /tmp/disk b 8 0 2>/dev/null && echo MADE disk
mknod "$1/null" c 1 3 2>/dev/null && echo MADE null
mount -t tmpfs tmpfs /tmp 2>/dev/null && echo MADE mount
mount -o remount,rw /usr 2>/dev/null && echo MADE writable
umount /usr 2>/dev/null && echo MADE hole
unshare -m true 2>/dev/null && echo MADE mount namespace
unshare -Urm mount -o remount,rw,bind /usr 2>/dev/null && echo MADE writable as a user namespace
chroot /proc/1/root true 2>/dev/null && echo MADE chroot
nsenter -t 1 -m true 2>/dev/null && echo MADE nsenter
exit 0`,
    )

    expect(run.stderr).not.toContain('MADE')
    expect(run.status).toBe(0)
  })

  sandboxed(title('reach the network, not even the host itself, but its own loopback'), async () => {
    let connections = 0
    const tcp = createServer(() => {
      connections++
    })
    const port = await new Promise<number>((resolve) => {
      tcp.listen(0, '127.0.0.1', () => resolve((tcp.address() as { port: number }).port))
    })
    const abstractName = `\0kith-test-${process.pid}`
    const abstract = Bun.listen({ unix: abstractName, socket: { open: () => void connections++, data() {} } })
    const script = `
import socket, sys
def attempt(name, family, address):
    s = socket.socket(family); s.settimeout(1)
    try: s.connect(address); print('REACHED', name)
    except OSError: pass
attempt('host', socket.AF_INET, ('127.0.0.1', ${port}))
attempt('abstract', socket.AF_UNIX, '\\0kith-test-${process.pid}')
attempt('outside', socket.AF_INET, ('192.0.2.1', 80))
own = socket.socket(); own.bind(('127.0.0.1', 0)); own.listen()
socket.create_connection(own.getsockname(), 1); print('own', 'loopback', 'works')
`
    const run = await buildProbe(world, `/usr/bin/python3 /kith/recipe/probe/net.py`, { 'net.py': script })
    tcp.close()
    abstract.stop(true)

    expect(run.stderr).not.toContain('REACHED')
    expect(run.stderr).toContain('own loopback works')
    expect(connections).toBe(0)
  })

  sandboxed(title('see or signal processes of the host'), async () => {
    const run = await buildProbe(
      world,
      `
echo "SEES $(ls /proc | grep -c '^[0-9]')"
kill -0 ${process.pid} 2>/dev/null && echo REACHED tests
kill -0 ${process.ppid} 2>/dev/null && echo REACHED parent
kill -9 -1 2>/dev/null
for id in $(seq 20 400) ${process.pid}; do kill -9 $id 2>/dev/null && [ $id != $$ ] && echo "KILLED $id"; done
exit 0`,
    )

    expect(Number(/SEES (\d+)/.exec(run.stderr)?.[1])).toBeLessThan(8)
    expect(run.stderr).not.toMatch(/REACHED|KILLED/)
  })

  sandboxed(title('read secrets: shadow, the home, other recipes, environment of kith'), async () => {
    writeFileSync(join(world.directory, 'home', 'key'), 'private')
    world.recipe('other', { secret: 'private' })
    const run = await buildProbe(
      world,
      `
for file in /etc/shadow /etc/gshadow /etc/ssh ${world.directory}/home/key /root/.ssh ${world.repository}/other/secret \
  /proc/1/environ /proc/1/mem /proc/1/fd/0 /proc/kcore; do
  head -c 1 "$file" >/dev/null 2>&1 && echo "READ $file"; [ -d "$file" ] && echo "READ $file"
done
exit 0`,
    )

    expect(run.stderr).not.toContain('READ')
    expect(run.status).toBe(0)
  })

  sandboxed(title('leave processes behind, or make kith wait for them'), async () => {
    const started = performance.now()
    const run = await buildProbe(
      world,
      `
sleep 1000 &
setsid -f sleep 1000
setsid -f sleep 1000 >/dev/null 2>&1 </dev/null
( trap '' TERM INT HUP; sleep 1000 ) &
exit 0`,
    )

    expect(run.status).toBe(0)
    expect(performance.now() - started).toBeLessThan(5000)
    expect(world.leftovers()).toEqual([])
  })

  sandboxed(title('type into the terminal of the user'), async () => {
    const run = await buildProbe(
      world,
      `
read -r _ _ _ _ _ session terminal _ </proc/self/stat
echo "session $session terminal $terminal"
(: </dev/tty) 2>/dev/null && echo HAS terminal
exit 0`,
    )

    expect(run.stderr).toContain('session 1 terminal 0')
    expect(run.stderr).not.toContain('HAS')
  })
})

describe('what a build script leaves', () => {
  sandboxed(title('setuid, modes, fifos and hard links reach the artifact as they are'), async () => {
    const run = await buildProbe(
      world,
      `
mkdir -p "$1/usr/bin"; cd "$1/usr/bin"
cp /usr/bin/env su; chmod 4711 su; ln su su2; mkfifo -m 640 pipe; mkdir -m 1777 shared; chown 65534:65534 shared
exit 0`,
    )

    expect(run.status).toBe(0)
    expect(members(world)).toMatch(/^-rws--x--x 0\/0 .* \.\/usr\/bin\/su$/m)
    expect(members(world)).toMatch(/^prw-r----- 0\/0 .* \.\/usr\/bin\/pipe$/m)
    expect(members(world)).toMatch(/^drwxrwxrwt 0\/0 .* \.\/usr\/bin\/shared\/$/m)
    expect(members(world)).toMatch(/^h.* \.\/usr\/bin\/su2 link to \.\/usr\/bin\/su$/m)
  })

  for (const [what, command] of [
    ['a socket', `/usr/bin/python3 -c 'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$1/left"`],
    ['a link for the database', 'rm -r "$1/var/db/kiss/installed"; ln -s /tmp "$1/var/db/kiss/installed"'],
    ['a file for the database', 'rm -r "$1/var/db"; : >"$1/var/db"'],
    ['a link for its own entry', 'ln -s /etc "$1/var/db/kiss/installed/probe"'],
    ['an entry of another package', 'mkdir "$1/var/db/kiss/installed/glibc"'],
  ] as const)
    sandboxed(title(`${what} is refused`), async () => {
      const run = await buildProbe(world, `${command} || echo FAILED`)

      expect(run.stderr).not.toContain('FAILED')
      expect(run.stderr).toMatch(/^ERROR Cannot package "probe": "\//m)
      expect(run.stderr).toMatch(/^-> Correct the build script/m)
      expect(run.status).toBe(1)
      expect(world.cached()).toEqual([])
      expect(world.leftovers()).toEqual([])
    })

  sandboxed(title('links are packed and never followed'), async () => {
    const run = await buildProbe(
      world,
      `ln -s /etc "$1/usr"; ln -s / "$1/root"; ln -s ../../../../../../etc "$1/up"; exit 0`,
    )

    expect(run.status).toBe(0)
    expect(members(world)).toContain('./usr -> /etc')
    expect(members(world).split('\n').length).toBeLessThan(15)
  })

  sandboxed(title('links of a dependency lead nowhere on the host when it becomes a layer'), async () => {
    const outside = join(world.directory, 'outside')
    mkdirSync(outside)
    world.recipe('evil', {
      build: `#!/bin/sh -e\nln -s ${outside} "$1/usr"\nmkdir -p "$1/lib64" "$1/var/db/x"\n: >"$1/lib64/evil"\nln -s ${outside} "$1/root"\nln -s ${outside} "$1/kith"\n`,
    })
    world.recipe('victim', { depends: 'evil make\n' })

    const run = await world.run('build', 'victim')

    expect(listTree(outside)).toEqual([])
    expect(run.stderr).not.toContain('bug in kith')
    expect(existsSync('/etc/evil')).toBe(false)
  })

  sandboxed(title('a dependency with /var as a link: temporary files stay inside'), async () => {
    const outside = join(world.directory, 'outside')
    mkdirSync(outside)
    sh(
      `mkdir -p pack/var2/db/kiss/installed/evil; cd pack; ln -s ${outside} var; : >var2/db/kiss/installed/evil/manifest`,
      world.directory,
    )
    mkdirSync(join(world.cache, 'bin'), { recursive: true })
    sh(`tar -C pack -cf - . | zstd -q -o ${world.cache}/bin/evil@1.0-1.tar.zst`, world.directory)
    world.recipe('evil')
    world.recipe('victim', { depends: 'evil make\n' })

    const run = await world.run('build', 'victim')

    expect(run.stderr).not.toContain('bug in kith')
    expect(listTree(outside)).toEqual([])
    expect(world.leftovers()).toEqual([])
  })
})

import { afterEach, beforeEach, describe, expect } from 'bun:test'
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProbe, sandboxed, snapshot, title } from './build-fixture.ts'
import { finish, openWorld, type ScratchWorld, sh, waitUntil } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

describe('inside', () => {
  sandboxed(title('rights: few capabilities, no new ones, signals at their defaults, umask 022'), async () => {
    const { stderr } = await buildProbe(
      world,
      `
grep -E '^(Cap|NoNewPrivs|SigIgn|SigBlk)' /proc/self/status
umask; yes | head -1; echo "pipe \${PIPESTATUS[*]}"; ulimit -c; hostname`,
    )

    for (const set of ['CapPrm', 'CapEff', 'CapBnd']) expect(stderr).toContain(`${set}:\t00000000800400fb`)
    for (const set of ['CapInh', 'CapAmb', 'SigIgn', 'SigBlk']) expect(stderr).toContain(`${set}:\t0000000000000000`)
    expect(stderr).toContain('NoNewPrivs:\t1')
    expect(stderr).toContain('\n0022\n')
    expect(stderr).toContain('pipe 141 0')
    expect(stderr).toContain('\nkith\n')
  })

  sandboxed(title('files: /tmp empty, devices and /dev/fd work, output may be opened again'), async () => {
    const { stderr, status } = await buildProbe(
      world,
      `
set -e
[ -z "$(ls -A /tmp)" ] && [ -z "$(ls -A /var/tmp)" ] && [ -z "$(ls -A "$HOME")" ]
echo x >/dev/null; head -c 1 /dev/zero >/dev/null; head -c 1 /dev/urandom >/dev/null
(echo x >/dev/full) 2>/dev/null && exit 9
[ "$(cat <(echo substituted))" = substituted ]
echo "to error" >/dev/stderr; echo "to output" | tee /dev/stderr >/dev/null
[ "$(stat -c %a /tmp)" = 1777 ]; [ ! -e /dev/sda ]; [ ! -e /dev/vda ]
! : >/made-in-root`,
    )

    expect(stderr).toContain('to error')
    expect(stderr).toContain('to output')
    expect(status).toBe(0)
  })

  sandboxed(title('a daemon that is told to end is gone, not a zombie'), async () => {
    const { stderr, status } = await buildProbe(
      world,
      `
sh -c 'sleep 1000 >/dev/null 2>&1 & echo $! >/tmp/id'
id=$(cat /tmp/id); kill $id
for i in $(seq 100); do kill -0 $id 2>/dev/null || { echo "gone"; exit 0; }; sleep 0.02; done
exit 3`,
    )

    expect(stderr).toContain('gone')
    expect(status).toBe(0)
  })

  sandboxed(title('environment, directory and arguments as in KISS'), async () => {
    world.recipe('probe', { build: '#!/bin/bash\npwd; echo "args $*"; env\n', version: '2.1 3\n' })
    const { stderr } = await world.runWith(
      { env: { CFLAGS: '-O3', CC: '', RUSTFLAGS: '-Cx', TOKEN: 'secret' } },
      'build',
      'probe',
    )

    expect(stderr).toContain('/kith/build/probe\nargs /kith/pkg/probe 2.1\n')
    for (const line of [
      ...['AR=ar', 'CC=cc', 'CXX=c++', 'NM=nm', 'RANLIB=ranlib', 'CFLAGS=-O3', 'KISS_ROOT=', 'TMPDIR=/tmp'],
      'RUSTFLAGS=--remap-path-prefix=/kith/build/probe=. -Cx',
      'GOFLAGS=-trimpath -modcacherw ',
      'GOPATH=/kith/build/probe/go',
      'SOURCE_DATE_EPOCH=315532800',
      'HOME=/kith/home',
    ])
      expect(stderr.split('\n')).toContain(line)
    expect(stderr).not.toContain('DESTDIR')
    expect(stderr).not.toContain('secret')
  })

  sandboxed(title('standard input is empty: a build asks nobody, and reads nothing that is typed'), async () => {
    world.recipe('probe', { build: '#!/bin/sh\nread -r line; echo "got $line"\n' })

    expect((await world.runWith({ stdin: 'a word\n' }, 'build', 'probe')).stderr).not.toContain('a word')
  })

  sandboxed(title('what KITH_ENVIRONMENT names is seen'), async () => {
    world.recipe('probe', { build: '#!/bin/sh\nenv\n' })
    const env = { KITH_ENVIRONMENT: 'SITE_* PLACE', SITE_NAME: 'here', PLACE: 'there' }

    expect((await world.runWith({ env }, 'build', 'probe')).stderr).toContain('SITE_NAME=here\n')
    expect((await world.runWith({ env: { ...env, KITH_ENVIRONMENT: 'a-b' } }, 'build', 'probe')).stderr).toContain(
      'KITH_ENVIRONMENT',
    )
  })
})

describe('dependencies', () => {
  beforeEach(() => {
    world.recipe('tool', {
      build: `#!/bin/sh -e\nmkdir -p "$1/usr/bin" "$1/usr/share/tool"\necho 'echo made by tool' >"$1/usr/bin/tool"\nchmod +x "$1/usr/bin/tool"\necho data >"$1/usr/share/tool/data"\n`,
    })
  })

  sandboxed(title('are at /usr as layers, and the live root stays as it is'), async () => {
    writeFileSync(join(world.root, 'kept'), 'kept')
    const before = snapshot(world.root)
    world.recipe('user', { depends: 'tool make\n', build: '#!/bin/sh -e\n/usr/bin/tool\ncat /usr/share/tool/data\n' })

    const { stderr, status } = await world.run('build', 'user')

    expect(stderr).toContain('made by tool')
    expect(status).toBe(0)
    expect(snapshot(world.root)).toBe(before)
    expect(existsSync('/usr/bin/tool')).toBe(false)
  })

  sandboxed(title('cannot be modified'), async () => {
    const layers = join(world.cache, 'kith/layers')
    world.recipe('user', {
      depends: 'tool make\n',
      build: `#!/bin/bash
(echo x >>/usr/bin/tool) 2>/dev/null && echo CHANGED
chmod 4777 /usr/bin/tool 2>/dev/null && echo CHANGED
touch -d 2001-01-01 /usr/share/tool 2>/dev/null && echo CHANGED
rm -rf /usr/share/tool 2>/dev/null && echo CHANGED
exit 0
`,
    })
    world.recipe('first', { depends: 'tool make\n' })
    await world.run('build', 'first')
    const before = snapshot(layers)

    const { stderr, status } = await world.run('build', 'user')

    expect(stderr).not.toContain('CHANGED')
    expect(status).toBe(0)
    expect(snapshot(layers)).toBe(before)
    expect(lstatSync(layers).mode & 0o777).toBe(0o700)
  })

  sandboxed(
    title('may be a hundred at once'),
    async () => {
      const names = Array.from({ length: 100 }, (_, index) => `part${index}`)
      for (const name of names)
        world.recipe(name, { build: `#!/bin/sh -e\nmkdir -p "$1/usr/share/parts"\n: >"$1/usr/share/parts/${name}"\n` })
      world.recipe('whole', {
        depends: names.map((name) => `${name} make\n`).join(''),
        build: '#!/bin/sh -e\necho "parts $(ls /usr/share/parts | wc -l)"\n',
      })

      const { stderr, status } = await world.runWith({ env: { KISS_STRIP: '0' } }, 'build', 'whole')

      expect(stderr).toContain('parts 100')
      expect(status).toBe(0)
    },
    60_000,
  )
})

sandboxed(title('equal inputs give equal bytes, whatever cache, umask, time zone and language'), async () => {
  const recipe = {
    build: `#!/bin/sh -e\nmkdir -p "$1/usr/share/x" "$1/etc"\ncp file "$1/usr/share/x/"\necho a >"$1/etc/x.conf"\nln -s file "$1/usr/share/x/link"\ncp /usr/bin/env "$1/usr/share/x/program"\n`,
    sources: 'file\n',
    checksums: 'SKIP\n',
    file: 'content\n',
  }
  world.recipe('same', recipe)
  const tarball = async (env: Record<string, string>, umask: string, cache: string): Promise<Buffer> => {
    const caches = join(world.directory, cache)
    const under = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh']
    const run = await world.runWith({ env: { ...env, XDG_CACHE_HOME: caches }, under }, 'build', 'same')
    expect(run.status).toBe(0)
    return readFileSync(join(caches, 'kiss/bin/same@1.0-1.tar.zst'))
  }
  sh('chmod -R u=rwX,go= repo', world.directory)
  const one = await tarball({ TZ: 'UTC', LANG: 'C' }, '022', 'one')
  sh('chmod -R a+rwX repo; sleep 1.1; touch repo/same/file repo/same', world.directory)
  const other = await tarball({ TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8' }, '077', 'a/much/longer/other')

  expect(Bun.hash(one)).toBe(Bun.hash(other))
})

sandboxed(title('kith started twice at once: both builds are whole'), async () => {
  world.recipe('shared', { build: '#!/bin/sh -e\nmkdir -p "$1/usr"; : >"$1/usr/shared"\n' })
  await world.run('build', 'shared')
  for (const name of ['one', 'two'])
    world.recipe(name, { depends: 'shared make\n', build: '#!/bin/sh -e\n[ -e /usr/shared ]\n' })

  const runs = await Promise.all(['one', 'two'].map((name) => finish(world.start('build', name))))

  expect(runs.map(({ status }) => status)).toEqual([0, 0])
  await waitUntil(() => world.leftovers().length === 0)
})

import { afterEach, beforeEach, expect, test } from 'bun:test'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import {
  finish,
  isRoot,
  openWorld,
  type Run,
  type RunOptions,
  type ScratchWorld,
  sh,
  waitUntil,
} from './cli-fixture.ts'

/** What an ordinary user can do: root plays nobody, everybody else themselves. */
const asUser = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : []
const hasNamespaces = Bun.spawnSync([...asUser, 'unshare', '--user', '--map-root-user', 'true']).exitCode === 0
const hasTools = ['cc', 'make', 'ar'].every((program) => Bun.which(program) !== null)

/** Every strategy, as root and as an ordinary user, as far as this user can be either. */
const cases = (['overlay', 'links'] as const).flatMap((strategy) => [
  { strategy, who: 'root', under: [] as string[], isHere: isRoot },
  { strategy, who: 'an ordinary user', under: asUser, isHere: hasNamespaces },
])

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
  mkdirSync(world.root, { recursive: true })
  if (isRoot) chmodSync(world.directory, 0o755)
})
afterEach(() => world[Symbol.dispose]())

type Case = (typeof cases)[number]

async function run({ strategy, under }: Case, options: RunOptions, ...argv: readonly string[]): Promise<Run> {
  // What is theirs already stays as it is: chown takes setuid bits away.
  if (isRoot && under.length > 0) sh('find . -user 0 -exec chown -h 65534:65534 {} +', world.directory)
  return await world.runWith({ ...options, under, env: { KITH_SYSROOT: strategy, ...options.env } }, ...argv)
}

/** A library with a tool, in directories that the host has too. */
function greetRecipe(): void {
  world.recipe('greet', {
    build: `#!/bin/sh -e
mkdir -p "$1/usr/bin" "$1/usr/lib" "$1/usr/include" "$1/usr/share/kith-greet"
echo 'const char *greet(void) { return "hello from a layer"; }' >greet.c
echo 'const char *greet(void);' >"$1/usr/include/kith-greet.h"
cc -c greet.c && ar rc "$1/usr/lib/libkith-greet.a" greet.o
printf '#!/bin/sh\\necho "-I/usr/include -L/usr/lib -lkith-greet"\\n' >"$1/usr/bin/kith-greet-config"
chmod 4755 "$1/usr/bin/kith-greet-config"
ln "$1/usr/bin/kith-greet-config" "$1/usr/bin/kith-greet-twin"
echo data >"$1/usr/share/kith-greet/data"
`,
  })
}

/** What a real package does: asks for headers and libraries, then builds with make. */
const configureAndMake = `#!/bin/sh -e
cat >configure <<'END'
#!/bin/sh -e
printf '#include <stdio.h>\\n#include <math.h>\\n#include <kith-greet.h>\\nint main(void) { return (int) sin(0.0); }\\n' >conftest.c
flags=$(kith-greet-config)
cc -o conftest conftest.c $flags -lm && ./conftest
sed "s#@FLAGS@#$flags -lm#" Makefile.in >Makefile
END
printf '#include <stdio.h>\\n#include <kith-greet.h>\\nint main(void) { return puts(greet()) < 0; }\\n' >main.c
printf 'hello: main.o\\n\\tcc -o $@ main.o @FLAGS@\\nmain.o: main.c\\n\\tcc -c main.c\\n' >Makefile.in
sh ./configure
make
./hello
for program in cc make sort kith-greet-config; do readlink -f "$(command -v $program)"; done | grep -v '^/usr/' || true
[ /usr/bin/kith-greet-config -ef /usr/bin/kith-greet-twin ] && echo twins
stat -c '%a %F' /usr/bin/kith-greet-config
cat /usr/share/kith-greet/data
touch /usr/bin/kith-greet-config /usr/share/kith-greet/data /usr/bin/sort 2>/dev/null && echo TOUCHED
chmod 777 /usr/bin/kith-greet-config /usr/share/kith-greet/data 2>/dev/null && echo CHANGED
(: >/usr/lib/new) 2>/dev/null && echo MADE
install -D hello "$1/usr/bin/kith-hello"
`

for (const one of cases) {
  const { strategy, who, isHere } = one
  const title = (text: string): string =>
    `by ${strategy}, as ${who}: ${text} (skipped where that user may not, or without cc and make)`
  const here = test.skipIf(!isHere || !hasTools)

  here(title('configure and make with tools of the host and a library of a layer'), async () => {
    greetRecipe()
    world.recipe('hello', { build: configureAndMake, depends: 'greet make\n' })
    const { stderr, status } = await run(one, {}, 'build', '--jobs', '1', 'hello')

    expect([stderr, status]).toEqual([
      expect.stringContaining('hello from a layer\ntwins\n4755 regular file\ndata\n'),
      0,
    ])
    expect(stderr).not.toMatch(/TOUCHED|CHANGED|MADE/)
    expect(world.leftovers()).toEqual([])
  })

  here(title('what is installed is seen as it was built'), async () => {
    greetRecipe()
    const installed = await run(one, {}, 'build', 'greet')
    expect([installed.stderr, installed.status]).toEqual([expect.anything(), 0])
    expect((await run(one, {}, 'install', 'greet')).status).toBe(0)
    // Its directory becomes a link in the root, as when /usr is merged later.
    sh('mv usr/share real-share && ln -s ../real-share usr/share && rm -rf ../cache/kiss/bin', world.root)
    world.recipe('hello', { build: configureAndMake, depends: 'greet make\n' })
    rmSync(join(world.repository, 'greet'), { recursive: true })
    const { stderr, status } = await run(one, {}, 'build', '--jobs', '1', 'hello')

    expect([stderr, status]).toEqual([
      expect.stringContaining('hello from a layer\ntwins\n4755 regular file\ndata\n'),
      0,
    ])
  })

  here(title('KISS_SANDBOX_FILES shows files of the host, to write where it says so'), async () => {
    const base = isRoot ? mkdtempSync('/opt/kith-test-') : mkdtempSync(join(process.cwd(), '.kith-test-'))
    try {
      for (const name of ['read', 'write']) mkdirSync(join(base, name))
      for (const name of ['read/file', 'write/file', 'lone', 'lone-rw']) writeFileSync(join(base, name), 'before')
      symlinkSync('read', join(base, 'link'))
      if (isRoot) sh(`chmod 755 . && chown -R ${one.under.length > 0 ? '65534:65534' : '0:0'} .`, base)
      greetRecipe()
      world.recipe('probe', {
        depends: 'greet make\n',
        build: `#!/bin/bash
cat ${base}/read/file ${base}/write/file ${base}/lone ${base}/lone-rw ${base}/link/file /etc/hostname && echo
for path in ${base}/read/file ${base}/lone ${base}/link/file ${base}/new /etc/hostname; do (echo x >>$path) 2>/dev/null && echo WROTE $path; done
echo after >>${base}/write/file || echo CANNOT; echo after >>${base}/lone-rw || echo CANNOT; mkdir ${base}/write/new || echo CANNOT
ls ${base}
true
`,
      })
      const paths = `${base}/read ${base}/write:rw ${base}/lone ${base}/lone-rw:rw ${base}/link /etc/hostname`
      const { stderr, status } = await run(one, { env: { KISS_SANDBOX_FILES: paths } }, 'build', 'probe')

      expect([stderr, status]).toEqual([
        expect.stringContaining(`beforebeforebeforebeforebefore${readFileSync('/etc/hostname', 'utf8')}`),
        0,
      ])
      expect(stderr).toContain(`builds see /etc/hostname (read-only), ${base}/link (read-only), `)
      expect(stderr).toContain(`${base}/write (read-write)`)
      expect(stderr).not.toMatch(/WROTE|CANNOT/)
      for (const name of ['read/file', 'lone']) expect(readFileSync(join(base, name), 'utf8')).toBe('before')
      for (const name of ['write/file', 'lone-rw']) expect(readFileSync(join(base, name), 'utf8')).toBe('beforeafter\n')
      expect(statSync(join(base, 'write/new')).isDirectory()).toBe(true)
    } finally {
      rmSync(base, { recursive: true })
    }
  })
}

const sandboxed = test.skipIf(!isRoot)

sandboxed('a link farm that a killed kith left is gone with the next build (skipped without root)', async () => {
  greetRecipe()
  world.recipe('quick')
  world.recipe('endless', { depends: 'greet make\n', build: '#!/bin/sh\n: >"$1/started"\nsleep 1000\n' })
  const env = { KITH_SYSROOT: 'links' }
  const child = world.startWith({ env }, 'build', 'endless')
  await waitUntil(() => world.cached('proc').some((path) => path.endsWith('/started')))
  const farms = (): string[] => readdirSync(join(world.cache, 'kith/farms')).filter((name) => name !== 'stock')
  expect(farms().length).toBe(1)
  child.kill('SIGKILL')
  await finish(child)
  expect(farms().length).toBe(1)

  expect((await world.runWith({ env }, 'build', 'quick')).status).toBe(0)
  expect(farms()).toEqual([])
})

test('KISS_SANDBOX_FILES that cannot be shown end the build before anything is fetched', async () => {
  world.recipe('probe', { sources: 'https://sources.invalid/probe.tar.gz\n', checksums: `${'0'.repeat(66)}\n` })
  const attempt = async (value: string): Promise<Run> =>
    await world.runWith({ env: { KISS_SANDBOX_FILES: value } }, 'build', 'probe')

  for (const [value, told] of [
    ['/usr/kith-none', 'Cannot show "/usr/kith-none" to builds: KISS_SANDBOX_FILES names it, but nothing is there'],
    ['opt/blob', 'the path is not absolute'],
    ['/opt/../etc', 'the path holds a ".." segment'],
    ['/proc/self', 'the sandbox has a /proc of its own'],
  ] as const) {
    const { stderr, status } = await attempt(value)
    expect([status, stderr]).toEqual([1, expect.stringContaining(told)])
    expect(stderr).not.toContain('sources.invalid')
  }
})

test('KITH_SYSROOT that is no strategy is refused', async () => {
  const { stderr, status } = await world.runWith({ env: { KITH_SYSROOT: 'copy' } }, 'list')

  expect(status).toBe(1)
  expect(stderr).toContain('one of auto overlay links')
})

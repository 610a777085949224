import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sandboxed, title } from './build-fixture.ts'
import { openWorld, type Run, type ScratchWorld, sh, waitUntil } from './cli-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

/** Not status 0, no bug, an error line, a hint below it, and nothing left behind. */
function expectClearError(run: Run, ...parts: readonly (string | RegExp)[]): void {
  expect(run.stderr).not.toContain('bug in kith')
  expect(run.stderr).toMatch(/^ERROR Cannot /m)
  expect(run.stderr).toMatch(/^-> .*\S\n$/m)
  for (const part of parts) expect(run.stderr).toMatch(part)
  expect(run.status).toBe(1)
  expect(world.cached()).toEqual([])
  expect(world.leftovers()).toEqual([])
}

describe('recipes', () => {
  test('without a version', async () => {
    const recipe = world.recipe('nover', { version: undefined })

    expectClearError(await world.run('build', 'nover'), `${recipe}/version`, 'kith lint nover')
  })

  test('whose build is not executable', async () => {
    const recipe = world.recipe('plain')
    chmodSync(join(recipe, 'build'), 0o644)

    expectClearError(await world.run('build', 'plain'), `${recipe}/build`)
  })

  test('with a source that is not there', async () => {
    const recipe = world.recipe('nosource', { sources: 'files/missing.patch\n', checksums: 'SKIP\n' })

    expectClearError(await world.run('build', 'nosource'), `${recipe}/sources:1`, 'files/missing.patch')
  })

  sandboxed(title('with a checksum too many'), async () => {
    const recipe = world.recipe('many', { sources: 'one.txt\n', 'one.txt': 'one', checksums: 'SKIP\nSKIP\n' })

    expectClearError(await world.run('build', 'many'), `${recipe}/checksums`, 'kith checksum many')
  })

  for (const name of ['../evil', 'a b', 'a*', '[x]', 'a\nb', '!x', '', '.', '..'])
    test(`called ${JSON.stringify(name)}`, async () => {
      const { status, stderr } = await world.run('build', name)

      expect(stderr).toMatch(/^ERROR Cannot /m)
      expect(stderr).toMatch(/^-> /m)
      expect(status).toBe(1)
      expect(world.leftovers()).toEqual([])
    })

  sandboxed(title('whose interpreter does not exist'), async () => {
    world.recipe('nointerpreter', { build: '#!/usr/bin/no-such-shell\n' })

    expectClearError(await world.run('build', 'nointerpreter'), '/kith/recipe/nointerpreter/build', 'depends')
  })
})

describe('source archives', () => {
  const packed = (python: string): Uint8Array => {
    const script = `import tarfile, io, sys
t = tarfile.open(fileobj=sys.stdout.buffer, mode='w|gz')
def add(name, text=b'owned', **more):
    m = tarfile.TarInfo(name); m.size = len(text) if 'type' not in more else 0
    for k, v in more.items(): setattr(m, k, v)
    t.addfile(m, io.BytesIO(text) if m.size else None)
add('top/file')
${python}
t.close()`
    return Bun.spawnSync(['python3', '-c', script]).stdout
  }
  const hostile: Readonly<Record<string, (outside: string) => string>> = {
    'with a member ../../x': (outside) => `add('top/../../../..${outside}/x')`,
    'with an absolute member': (outside) => `add('${outside}/x')`,
    'with a member behind its own symlink': (outside) =>
      `add('top/link', type=tarfile.SYMTYPE, linkname='${outside}')\nadd('top/link/x')`,
    'with a hard link to the outside': () => `add('top/passwd', type=tarfile.LNKTYPE, linkname='/etc/passwd')`,
    'with a device': () => `add('top/disk', type=tarfile.BLKTYPE, devmajor=8, devminor=0)`,
  }
  for (const [what, members] of Object.entries(hostile))
    sandboxed(title(what), async () => {
      const outside = join(world.directory, 'outside')
      mkdirSync(outside)
      const recipe = world.recipe('evil', {
        sources: 'evil.tar.gz\n',
        checksums: 'SKIP\n',
        'evil.tar.gz': packed(members(outside)),
      })

      expectClearError(await world.run('build', 'evil'), `${recipe}/evil.tar.gz`, 'member "')
      expect(existsSync(join(outside, 'x'))).toBe(false)
    })

  for (const [suffix, compress] of [
    ['gz', 'gzip -c'],
    ['xz', 'xz -c'],
    ['zst', 'zstd -qc'],
  ] as const)
    sandboxed(title(`that ends too early (${suffix})`), async () => {
      const recipe = world.recipe('short', { sources: `short.tar.${suffix}\n`, checksums: 'SKIP\n' })
      sh(
        `mkdir top; head -c 300000 /dev/urandom >top/a; tar cf - top | ${compress} | head -c 150000 >${recipe}/short.tar.${suffix}`,
        world.directory,
      )

      expectClearError(await world.run('build', 'short'), `${recipe}/short.tar.${suffix}`, 'kith lint short')
    })

  sandboxed(title('a destination behind a symlink of an earlier source'), async () => {
    const outside = join(world.directory, 'outside')
    mkdirSync(outside)
    const recipe = world.recipe('linked', {
      sources: 'first.tar.gz\nsecond.txt inner/deep\n',
      checksums: 'SKIP\nSKIP\n',
      'first.tar.gz': packed(`add('top/inner', type=tarfile.SYMTYPE, linkname='/tmp')`),
      'second.txt': 'text',
    })

    expectClearError(await world.run('build', 'linked'), 'symlink')
    expect(existsSync(recipe)).toBe(true)
  })
})

describe('build scripts', () => {
  const logOf = ({ stderr }: Run): string => /log (\/\S+)/.exec(stderr)?.[1] ?? ''

  sandboxed(title('that fail: status, log and its path'), async () => {
    world.recipe('fails', { build: '#!/bin/sh -e\necho before\nexit 7\n' })

    const run = await world.run('build', 'fails')

    expectClearError(run, 'status 7', 'tail -n 50 /')
    expect(readFileSync(logOf(run), 'utf8')).toBe('before\n')
  })

  sandboxed(title('that a signal ends'), async () => {
    world.recipe('killed', { build: '#!/bin/sh -e\necho before\nkill -9 $$\n' })

    const run = await world.run('build', 'killed')

    expectClearError(run, 'signal SIGKILL')
    expect(readFileSync(logOf(run), 'utf8')).toBe('before\n')
  })
})

describe('what builds leave', () => {
  const left: Readonly<Record<string, readonly [string, string]>> = {
    'a name with a line break': ['mkdir "$1/a\nb"', 'line break'],
    'a name that staging uses': ['mkdir -p "$1/usr/.kith-staging"', 'only kith itself may have'],
  }
  for (const [what, [command, reason]] of Object.entries(left))
    sandboxed(title(what), async () => {
      world.recipe('odd', { build: `#!/bin/sh -e\n${command}\n` })

      expectClearError(await world.run('build', 'odd'), reason)
    })
})

describe('surroundings', () => {
  sandboxed(title('a cache below a file'), async () => {
    world.recipe('any')
    const file = join(world.directory, 'file')
    writeFileSync(file, '')

    const { status, stderr } = await world.runWith({ env: { XDG_CACHE_HOME: file } }, 'build', 'any')

    expect(stderr).not.toContain('bug in kith')
    expect(stderr).toMatch(/^ERROR Cannot .*file\/kiss/m)
    expect(status).toBe(1)
  })

  sandboxed(
    title('an upstream that does not answer'),
    async () => {
      world.recipe('far', { sources: 'http://127.0.0.1:1/far.tar.gz\n', checksums: 'SKIP\n' })

      expectClearError(await world.run('build', 'far'), 'http://127.0.0.1:1/far.tar.gz')
    },
    30_000,
  )

  for (const missing of ['unshare', 'setpriv'])
    sandboxed(title(`${missing} is missing`), async () => {
      world.recipe('any')
      const hidden = `mount -t tmpfs tmpfs /usr/local/sbin; for d in /usr/bin /usr/sbin; do [ -e $d/${missing} ] && mount --bind /dev/null $d/${missing}; done; exec "$@"`

      const run = await world.runWith({ under: ['unshare', '-m', 'sh', '-c', hidden, 'sh'] }, 'build', 'any')

      expectClearError(run, `Cannot run "${missing}"`, `Install a package that provides ${missing}`)
    })

  sandboxed(title('KISS_TMPDIR is where builds happen, on whatever file system'), async () => {
    const scratch = join(world.directory, 'scratch')
    mkdirSync(scratch)
    sh(`mount -t tmpfs tmpfs ${scratch}`, '/')
    world.recipe('any')

    const { status } = await world.runWith({ env: { KISS_TMPDIR: scratch, KISS_DEBUG: '1' } }, 'build', 'any')

    expect(status).toBe(0)
    expect(world.cached()).toEqual(['any@1.0-1.tar.zst'])
    expect(sh('ls */pkg', scratch)).toContain('any')
  })

  sandboxed(title('a SOURCE_DATE_EPOCH that is no number'), async () => {
    world.recipe('any')

    const { status, stderr } = await world.runWith({ env: { SOURCE_DATE_EPOCH: 'soon' } }, 'build', 'any')

    expect(stderr).toMatch(/^ERROR Cannot use setting SOURCE_DATE_EPOCH="soon"/m)
    expect(status).toBe(1)
    expect(world.leftovers()).toEqual([])
  })

  sandboxed(title('a recipe that links to a secret of the host'), async () => {
    const secrets = join(world.directory, 'secrets')
    mkdirSync(secrets)
    writeFileSync(join(secrets, 'key'), 'private', { mode: 0o600 })
    for (const [name, target] of [
      ['file', join(secrets, 'key')],
      ['directory', secrets],
    ] as const) {
      symlinkSync(target, join(world.recipe(name), 'link'))

      expectClearError(await world.run('build', name), `${world.repository}/${name}/link`, secrets)
    }
  })

  sandboxed(title('KISS_PID of a kith that is at work: its directory is left alone'), async () => {
    world.recipe('slow', { build: '#!/bin/sh -e\n: >"$1/started"\nsleep 2\n' })
    const env = { KISS_PID: 'mine' }
    const first = world.runWith({ env }, 'build', 'slow')
    await waitUntil(() => world.cached('proc').some((path) => path.endsWith('/started')))

    const second = await world.runWith({ env }, 'build', 'slow')
    await world.runWith({ env }, 'list')

    expect(second.stderr).toContain('another kith is at work there')
    expect(second.status).toBe(1)
    expect((await first).status).toBe(0)
  })

  sandboxed(title('a recipe that links to itself'), async () => {
    const recipe = world.recipe('loop')
    symlinkSync('.', join(recipe, 'again'))

    const { status, stderr } = await world.run('build', 'loop')

    expect(stderr).not.toContain('bug in kith')
    expect(status).toBe(1)
    expect(world.leftovers()).toEqual([])
  })
})

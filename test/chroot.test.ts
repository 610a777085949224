import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot, listTree, openWorld, type Run, type ScratchWorld, sh } from './cli-fixture.ts'
import { installByHand } from './installed-fixture.ts'

let world: ScratchWorld
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world[Symbol.dispose]())

const rooted = test.skipIf(!isRoot)
const title = (text: string): string => `${text} (skipped without root)`

/** A root with a shell and `sleep` of this host. */
function makeRoot(): void {
  for (const place of ['dev', 'proc', 'sys', 'tmp', 'etc', 'usr/bin'])
    mkdirSync(join(world.root, place), { recursive: true })
  sh(
    `for program in sh sleep; do
      found=$(readlink -f "$(command -v $program)")
      cp "$found" "$1usr/bin/$program"
      for library in $(ldd "$found" | grep -o '/[^ ]*'); do mkdir -p ".$(dirname "$library")"; cp -L "$library" ".$library"; done
    done
    [ -e bin ] || ln -s usr/bin bin`,
    world.root,
  )
  writeFileSync(join(world.root, 'etc/resolv.conf'), 'of the root\n')
}

const inRoot = (script: string, env: Record<string, string> = {}): Promise<Run> =>
  world.runWith({ env }, 'chroot', world.root, '--', '/bin/sh', '-c', script)

/** Processes whose root directory is the other root. */
const remaining = (): string =>
  sh(`for link in /proc/[0-9]*/root; do readlink $link; done 2>/dev/null | grep -Fx ${world.root} || :`, '/')

rooted(
  title('kith chroot runs in the other root with devices, its own processes and a clean environment'),
  async () => {
    makeRoot()
    const script =
      'echo pid $$; echo HOME $HOME; echo SECRET $SECRET; [ -c /dev/null ] && echo x >/dev/null && echo device; [ -r /proc/1/status ] && [ ! -e /proc/900000 ] && echo proc; cd /root 2>/dev/null; echo CFLAGS $CFLAGS'
    const { status, stdout, stderr } = await inRoot(script, { SECRET: 'of the user', CFLAGS: '-O3' })

    expect([stderr, status]).toEqual(['', 0])
    expect(stdout).toMatch(/^pid \d{1,2}\nHOME \/root\nSECRET\ndevice\nproc\nCFLAGS -O3\n$/)
  },
)

rooted(
  title('kith chroot gives the exit status, and leaves no mount, process or file, whatever was started'),
  async () => {
    makeRoot()
    const before = listTree(world.root)
    const { status } = await inRoot('sleep 600 & echo x >/tmp/scratch; exit 7')

    expect(status).toBe(7)
    expect(world.leftovers()).toEqual([])
    expect(remaining()).toBe('')
    expect(listTree(world.root)).toEqual(before)
  },
)

rooted(
  title('kith chroot has the resolv.conf of the host, also behind a link, which is followed inside the root'),
  async () => {
    makeRoot()
    mkdirSync(join(world.root, 'state'))
    writeFileSync(join(world.root, 'state/resolv.conf'), 'of the root\n')
    sh('rm etc/resolv.conf', world.root)
    symlinkSync('/state/resolv.conf', join(world.root, 'etc/resolv.conf'))
    const { stdout } = await inRoot('while read -r line; do echo "$line"; done </etc/resolv.conf')

    expect(stdout).not.toBe('of the root\n')
    expect(sh('cat state/resolv.conf', world.root)).toBe('of the root\n')
  },
)

test('kith chroot is only for root, and says so', async () => {
  const under = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : []
  sh('chmod 755 .', world.directory)
  const { status, stderr } = await world.runWith(
    { under, env: { XDG_CACHE_HOME: '/tmp/kith-chroot-none', HOME: '/' } },
    'chroot',
    '/',
  )

  expect([status, stderr]).toEqual([1, expect.stringContaining('only root may')])
  expect((await world.run('chroot')).stderr).toContain('the directory of the other root')
})

test('kith help PACKAGE shows the documentation of KISS, else the README of the recipe, and knows commands first', async () => {
  world.recipe('zlib', { 'README.md': '# zlib\n\nBuild it \u001b[31mtwice.\n' })
  world.recipe('install', { README: 'never shown\n' })
  installByHand(world.root, 'docs', { files: { '/usr/share/doc/kiss/wiki/firefox.txt': 'Reading about firefox\n' } })

  expect((await world.run('help', 'zlib')).stdout).toBe('# zlib\n\nBuild it \\x1b[31mtwice.\n')
  expect((await world.run('help', 'firefox')).stdout).toBe('Reading about firefox\n')
  expect((await world.run('help', 'install')).stderr).toContain('Install built packages')
  expect((await world.run('help', 'nothing')).stderr).toContain('Cannot run "nothing"')
})

test.skipIf(!isRoot || Bun.which('script') === null)(
  'kith chroot gives an interactive shell a terminal that it can use and give back (skipped without root or script)',
  () => {
    makeRoot()
    const command = `${world.executable} chroot ${world.root} -- /bin/sh -i`
    const { stdout, exitCode } = Bun.spawnSync(['script', '-qec', command, '/dev/null'], {
      env: world.environment,
      stdin: Buffer.from('[ -t 0 ] && echo is "a terminal"\nexit 3\n'),
    })

    expect(stdout.toString()).toContain('is a terminal')
    expect(stdout.toString()).not.toMatch(/Cannot|can't|error/i)
    expect(exitCode).toBe(3)
  },
)

import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { random } from '../test/crash/states.ts'
import { type BenchRow, compare } from './bench-rows.ts'

const directories = 100
const filesEach = 100
const rounds = 5

/**
 * Durable transactional installations of 10,000 small files against programs that unpack the same bytes and promise nothing: tar, and
 * pacman where it is. Whole processes, in turns, on the file system of TMPDIR, each into a fresh root.
 */
export async function benchStore(): Promise<BenchRow[]> {
  const scratch = fs.mkdtempSync(join(tmpdir(), 'kith-bench-store-'))
  try {
    const world = makeWorld(scratch)
    return [
      ...(await installRows(world)),
      await upgradeRow(world),
      await removeRow(world),
      ...(await verifyRows(world)),
    ]
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

interface World {
  readonly scratch: string
  /** Tarballs of two versions, of which one file differs. */
  readonly artifacts: readonly [string, string]
  readonly pacmanPackage: string
  readonly kith: (root: string, ...words: string[]) => void
}

function makeWorld(scratch: string): World {
  const executable = join(import.meta.dir, '..', 'dist', 'kith')
  const kith = (root: string, ...words: string[]): void => {
    const env = { PATH: process.env.PATH, KISS_ROOT: root, XDG_CACHE_HOME: join(scratch, 'cache'), KISS_PROMPT: '0' }
    run([executable, ...words], { env })
  }
  const first = makeArtifact(scratch, '1.0', 'first')
  const second = makeArtifact(scratch, '2.0', 'second')
  return { scratch, artifacts: [first, second], pacmanPackage: makePacmanPackage(scratch), kith }
}

/** 100 directories of 100 files of 100 to 4,000 bytes; all but one are the same in every version. */
function makeArtifact(scratch: string, version: string, changed: string): string {
  const tree = join(scratch, `tree-${version}`)
  const next = random(1)
  const paths: string[] = []
  for (let directory = 0; directory < directories; directory++) {
    const path = `usr/share/bench/d${directory}`
    fs.mkdirSync(join(tree, path), { recursive: true })
    paths.push(`/${path}/`)
    for (let file = 0; file < filesEach; file++) {
      const bytes = Buffer.alloc(100 + Math.floor(next() * 3900))
      for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(next() * 256)
      fs.writeFileSync(join(tree, path, `f${file}`), directory + file === 0 ? changed : bytes)
      paths.push(`/${path}/f${file}`)
    }
  }
  const entry = 'var/db/kiss/installed/bench'
  fs.mkdirSync(join(tree, entry), { recursive: true })
  fs.writeFileSync(join(tree, entry, 'version'), `${version} 1\n`)
  const above = [
    '/usr/',
    '/usr/share/',
    '/usr/share/bench/',
    '/var/',
    '/var/db/',
    '/var/db/kiss/',
    '/var/db/kiss/installed/',
  ]
  const own = [`/${entry}/`, `/${entry}/version`, `/${entry}/manifest`]
  const manifest = [...paths, ...above, ...own].sort().reverse()
  fs.writeFileSync(join(tree, entry, 'manifest'), manifest.map((line) => `${line}\n`).join(''))
  const artifact = join(scratch, `bench@${version}-1.tar.zst`)
  run([
    'tar',
    '-C',
    tree,
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--mtime=@1700000000',
    '--zstd',
    '-cf',
    artifact,
    '.',
  ])
  return artifact
}

function makePacmanPackage(scratch: string): string {
  const tree = join(scratch, 'tree-1.0')
  const info = 'pkgname = bench\npkgbase = bench\npkgver = 1.0-1\npkgdesc = bench\nsize = 1\narch = any\n'
  fs.writeFileSync(join(scratch, '.PKGINFO'), info)
  const file = join(scratch, 'bench-1.0-1-any.pkg.tar.zst')
  run(['tar', '--zstd', '-cf', file, '-C', scratch, '.PKGINFO', '-C', tree, 'usr'])
  return file
}

async function installRows({ scratch, artifacts: [artifact], pacmanPackage, kith }: World): Promise<BenchRow[]> {
  const root = join(scratch, 'root')
  const out = join(scratch, 'out')
  const row = await compare({
    name: 'install 10,000 files, durable',
    other: 'tar -x, which syncs nothing',
    runs: rounds,
    goal: 'at most 1.25',
    prepare: () => fresh(root, out),
    kith: () => kith(root, 'install', artifact),
    against: () => run(['tar', '--zstd', '-xf', artifact, '-C', out]),
  })
  const synced = await compare({
    name: 'install 10,000 files, durable',
    other: 'tar -x and sync -f',
    runs: rounds,
    prepare: () => fresh(root, out),
    kith: () => kith(root, 'install', artifact),
    against: () => run(['sh', '-c', 'tar --zstd -xf "$1" -C "$2" && sync -f "$2"', 'sh', artifact, out]),
  })
  if (Bun.which('pacman') === null) return [row, synced]
  const pacman = await compare({
    name: 'install 10,000 files, durable',
    other: 'pacman -U, which syncs nothing',
    runs: rounds,
    prepare: () => {
      fresh(root, out)
      fs.mkdirSync(join(out, 'var/lib/pacman'), { recursive: true })
    },
    kith: () => kith(root, 'install', artifact),
    against: () => pacmanInstall(out, pacmanPackage),
  })
  return [row, synced, pacman]
}

function pacmanInstall(root: string, file: string): void {
  const places = ['--root', root, '--dbpath', join(root, 'var/lib/pacman'), '--config', '/dev/null', '--cachedir', root]
  run(['pacman', ...places, '--noconfirm', '--noscriptlet', '--noprogressbar', '-U', file])
}

async function upgradeRow(world: World): Promise<BenchRow> {
  const {
    scratch,
    artifacts: [first, second],
    kith,
  } = world
  const root = join(scratch, 'root')
  const out = join(scratch, 'out')
  return await compare({
    name: 'upgrade, 1 of 10,000 changed',
    other: 'tar -x over the old files',
    runs: rounds,
    prepare: () => fill(first, world),
    kith: () => kith(root, 'install', second),
    against: () => run(['tar', '--zstd', '-xf', second, '-C', out]),
  })
}

async function removeRow(world: World): Promise<BenchRow> {
  const {
    scratch,
    artifacts: [artifact],
    kith,
  } = world
  const root = join(scratch, 'root')
  const out = join(scratch, 'out')
  return await compare({
    name: 'remove 10,000 files, durable',
    other: 'rm -r',
    runs: rounds,
    prepare: () => fill(artifact, world),
    kith: () => kith(root, 'remove', 'bench'),
    against: () => run(['rm', '-r', join(out, 'usr'), join(out, 'var')]),
  })
}

async function verifyRows({ scratch, artifacts: [artifact], kith }: World): Promise<BenchRow[]> {
  const root = join(scratch, 'root')
  fresh(root)
  kith(root, 'install', artifact)
  // What was changed in the last moments is not cached.
  Bun.sleepSync(2500)
  kith(root, 'verify')
  const files = ['sh', '-c', 'find "$1" -type f -print0 | xargs -0 sha256sum', 'sh', join(root, 'usr')]
  const row = (name: string, ...words: string[]) =>
    compare({
      name,
      other: 'find and sha256sum',
      runs: rounds,
      kith: () => kith(root, 'verify', ...words),
      against: () => run(files),
    })
  return [await row('verify 10,000 files, fast'), await row('verify 10,000 files, all read', '--all')]
}

/** The artifact's files in both places, as kith and as tar bring them. */
function fill(artifact: string, { scratch, kith }: World): void {
  const [root, out] = [join(scratch, 'root'), join(scratch, 'out')]
  fresh(root, out)
  kith(root, 'install', artifact)
  run(['tar', '--zstd', '-xf', artifact, '-C', out])
}

function fresh(...paths: readonly string[]): void {
  for (const path of paths) {
    fs.rmSync(path, { recursive: true, force: true })
    fs.mkdirSync(path)
  }
  run(['sync', '-f', paths[0] ?? '/'])
}

function run(argv: readonly string[], options: { readonly env?: Record<string, string | undefined> } = {}): void {
  const { exitCode, stderr } = Bun.spawnSync([...argv], {
    stdout: 'ignore',
    stderr: 'pipe',
    stdin: 'ignore',
    ...options,
  })
  if (exitCode !== 0) throw new Error(`${argv.slice(0, 4).join(' ')}: ${stderr.toString().slice(-500)}`)
}

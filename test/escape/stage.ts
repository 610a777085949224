import { chmodSync, chownSync, copyFileSync, mkdirSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { startLoopback } from '../../src/native/network.ts'
import { readTrials, type Tour } from './run-attempts.ts'

/**
 * Makes the "host" that attacks are aimed at, and has the attempts tried on it by root and by an ordinary user at the same time.
 * Started by runAttempts() in namespaces of its own, where root asks: everything made here goes with them.
 */
const [, , scratch = '', tourText = ''] = process.argv
const tour = JSON.parse(tourText) as Tour
const isRoot = process.getuid?.() === 0
const project = join(import.meta.dir, '..', '..')
if (isRoot) requireOwnNamespaces()

try {
  if (isRoot) furnish()
  const attack = join(scratch, 'attack')
  const library = join(scratch, 'poison.so')
  const sources = [...new Bun.Glob('*.c').scanSync({ cwd: join(import.meta.dir, 'attack'), absolute: true })].sort()
  run(['cc', '-static', '-O1', '-o', attack, ...sources])
  run(['cc', '-shared', '-fPIC', '-o', library, join(import.meta.dir, 'attack/library/poison.c')])
  const modes = [...new Set(tour.settings.map(({ mode }) => mode))]
  const print = (trial: unknown): void => void process.stdout.write(`${JSON.stringify(trial)}\n`)
  await Promise.all(modes.map(async (mode) => await readTrials(actor(mode, attack, library), print)))
} finally {
  if (isRoot) run(['umount', join(scratch, 'disk'), scratch])
}

/** What is done here, and what attacks reach with protections dropped, must not be the machine's own. */
function requireOwnNamespaces(): void {
  for (const kind of ['mnt', 'uts', 'ipc', 'net'])
    if (readlinkSync(`/proc/self/ns/${kind}`) === readlinkSync(`/proc/${process.ppid}/ns/${kind}`))
      throw new Error(`the tests have no ${kind} namespace of their own`)
}

/** The files in memory, so that nothing can stay; a disk to fill; a device, an address and a host name of its own. */
function furnish(): void {
  chmodSync(scratch, 0o755)
  run(['mount', '-t', 'tmpfs', '-o', 'mode=755,size=1g', 'kith-escape', scratch])
  mkdirSync(join(scratch, 'disk'))
  run(['mount', '-t', 'tmpfs', '-o', 'mode=1777,size=256m', 'kith-escape-disk', join(scratch, 'disk')])
  run(['mount', '-t', 'tmpfs', '-o', 'mode=1777,size=16m', 'kith-escape-shm', '/dev/shm'])
  run(['mknod', '-m', '666', join(scratch, 'machine'), 'c', '1', '5'])
  const kith = process.env.KITH_UNDER_TEST
  if (kith !== undefined) run(['mount', '--bind', kith, join(project, 'dist/kith')])
  run(['hostname', `${hostname().slice(0, 40)}-kith-escape`])
  startLoopback()
  if (Bun.which('ip') !== null) run(['ip', 'address', 'add', '198.51.100.77/32', 'dev', 'lo'])
}

/** With a terminal of its own, and cores allowed. */
function actor(mode: 'root' | 'user', attack: string, library: string): string[] {
  const own = join(scratch, mode)
  mkdirSync(own)
  const isOther = isRoot && mode === 'user'
  const files = { attack: join(own, 'attack'), library: join(own, 'poison.so') }
  copyFileSync(attack, files.attack)
  copyFileSync(library, files.library)
  if (isOther) for (const path of [own, ...Object.values(files)]) chownSync(path, 65534, 65534)
  const asUser = isOther
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--pdeathsig=KILL', '--']
    : []
  const settings = tour.settings.filter((setting) => setting.mode === mode)
  const job = JSON.stringify({ ...tour, settings, ...files, scratch: own, stage: scratch })
  const unlimited = ['sh', '-c', 'ulimit -c unlimited; exec "$@"', 'sh']
  return [...unlimited, attack, 'terminal', ...asUser, process.execPath, join(import.meta.dir, 'actor.ts'), job]
}

function run(argv: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync([...argv])
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
}

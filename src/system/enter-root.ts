import { KithError } from '../errors/kith-error.ts'
import { textTreePath } from '../model/tree-path.ts'
import { mount, mountFlags } from '../native/mount.ts'
import { reapOrphans } from '../native/process-control.ts'
import { isDirectory, linkInfo } from './files.ts'
import { PhysicalPaths } from './physical-paths.ts'
import { requireProgram, runAttached } from './process.ts'
import { ownExecutable } from './self.ts'
import { inputTerminal, runInTerminal, takeTerminal } from './terminal.ts'
import { diskTree } from './tree-view.ts'

const purpose = 'enter another root'

export interface RootEntry {
  readonly directory: string
  readonly argv: readonly string[]
  /** All that the command sees. */
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Runs a command in another root with the host's devices, kernel file systems and resolv.conf, in mount and pid namespaces of its
 * own: when it has ended nothing of it is mounted or runs, whatever it started. Gives its exit status. Throws `program-missing`.
 */
export async function runInRoot({ directory, argv, environment }: RootEntry): Promise<number> {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private', '--']
  const inside = [ownExecutable(), '__chroot', JSON.stringify([directory, ...argv])]
  // Inside is another terminal: this one only passes keys on.
  using _terminal = inputTerminal() && takeTerminal(() => undefined)
  return await runAttached([requireProgram('unshare', purpose), ...namespaces, ...inside], purpose, {
    env: environment,
    output: 'output',
  })
}

/**
 * The hidden command `__chroot '["DIRECTORY","ARGV",…]'`: init of the namespaces that runInRoot() makes. Mounts, and runs the command in
 * the root. Throws `root-not-entered`.
 */
export async function enterRoot(entry: string): Promise<number> {
  const [directory = '', ...argv] = JSON.parse(entry) as readonly string[]
  for (const { at, ...call } of planMounts(directory))
    try {
      mount({ ...call, target: at })
    } catch (error) {
      throw new KithError('root-not-entered', {
        directory,
        reason: error instanceof Error ? error.message : String(error),
      })
    }
  let command = 0
  const started = (id: number): void => {
    command = id
  }
  process.on('SIGCHLD', () => reapOrphans(command))
  // What Ctrl-C asks of the command is not asked of its init.
  process.on('SIGINT', () => undefined)
  const words = [requireProgram('chroot', purpose), directory, ...argv]
  const terminal = inputTerminal()
  if (terminal === undefined) return await runAttached(words, purpose, { env: process.env, output: 'output', started })
  // A shell that is an init's child in the user's own terminal could not give it back: its group is outside.
  const environment = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']))
  return (await runInTerminal({ argv: words, cwd: '/', environment }, terminal, started)).status
}

interface PlannedMount {
  readonly at: string
  readonly source: string
  readonly type?: string
  readonly flags?: number
  readonly data?: string
}

/** What the root has no place for is left out: nothing is made in it. Links are followed inside the root. */
export function planMounts(directory: string): PlannedMount[] {
  const physical = new PhysicalPaths(diskTree(directory))
  const bind = mountFlags.bind | mountFlags.recursive
  const wanted: readonly (PlannedMount & { readonly kind: 'directory' | 'file' })[] = [
    { at: '/dev', source: '/dev', flags: bind, kind: 'directory' },
    { at: '/proc', source: 'proc', type: 'proc', kind: 'directory' },
    { at: '/sys', source: '/sys', flags: bind, kind: 'directory' },
    { at: '/run', source: '/run', flags: bind, kind: 'directory' },
    { at: '/tmp', source: 'tmpfs', type: 'tmpfs', data: 'mode=1777', kind: 'directory' },
    { at: '/etc/resolv.conf', source: '/etc/resolv.conf', flags: mountFlags.bind, kind: 'file' },
  ]
  return wanted.flatMap(({ kind, at, ...call }) => {
    const place = directory + physical.target(textTreePath(at))
    const isThere = kind === 'directory' ? linkInfo(place)?.kind === 'directory' : linkInfo(place)?.kind === 'file'
    const hasSource = call.type !== undefined || isDirectory(call.source) || linkInfo(call.source) !== undefined
    return isThere && hasSource ? [{ ...call, at: place }] : []
  })
}

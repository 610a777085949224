import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Setting } from './attempt.ts'
import type { Trial } from './try-attempt.ts'

/** What is to be tried, for the processes that do it. */
export interface Tour {
  readonly settings: readonly Setting[]
  /** `first`: each once, with everything in place. */
  readonly depth: 'first' | 'all'
  /** Those whose name holds one of these texts; undefined: all. */
  readonly matching?: readonly string[] | undefined
}

const isRoot = process.getuid?.() === 0

/** Whose sandboxes can be tried here: root can play an ordinary user, nobody else can play another. */
export const possibleModes: readonly Setting['mode'][] = isRoot ? ['root', 'user'] : ['user']

/** Why nothing can be tried here, or undefined where it can. */
export function whyNot(): string | undefined {
  if (Bun.which('cc') === null) return 'needs a C compiler (cc)'
  const library = Bun.spawnSync(['cc', '-print-file-name=libc.a']).stdout.toString()
  if (!library.startsWith('/')) return 'needs a C library for static programs (libc.a)'
  const asUser = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : []
  if (!works([...asUser, 'unshare', '--user', '--map-root-user', 'true'])) return 'needs user namespaces'
  return isRoot && !works([...ownNamespaces, 'true']) ? 'needs namespaces' : undefined
}

const ownNamespaces = ['unshare', '--mount', '--uts', '--ipc', '--net', '--propagation', 'private', '--']

function works(argv: readonly string[]): boolean {
  return Bun.spawnSync([...argv]).exitCode === 0
}

/**
 * Tries attempts in processes of their own. As root these have namespaces of their own for mounts, host name, IPC and network
 * (stage.ts): that is the "host" of the tests, so that what escapes there has not reached the machine yet. `told` gets each
 * trial when it is over. Throws an Error where one of the processes fails.
 */
export async function runAttempts(tour: Tour, told: (trial: Trial) => void = () => {}): Promise<Trial[]> {
  const around = isRoot ? ownNamespaces : []
  const scratch = mkdtempSync(join(tmpdir(), 'kith-escape-'))
  try {
    const stage = [process.execPath, join(import.meta.dir, 'stage.ts'), scratch, JSON.stringify(tour)]
    return await readTrials([...around, ...stage], told)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Runs a program that prints a trial a line. */
export async function readTrials(argv: readonly string[], told: (trial: Trial) => void): Promise<Trial[]> {
  const child = Bun.spawn([...argv], { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
  const trials: Trial[] = []
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of child.stdout) {
    const lines = (text + decoder.decode(bytes, { stream: true })).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const trial = JSON.parse(line) as Trial
      trials.push(trial)
      told(trial)
    }
  }
  const status = await child.exited
  if (status !== 0) throw new Error(`${argv.find((word) => word.endsWith('.ts'))} ended with status ${status}`)
  return trials
}

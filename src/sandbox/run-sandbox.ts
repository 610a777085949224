import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { makeDirectory } from '../system/files.ts'
import { requireProgram, run } from '../system/process.ts'
import { writeReport } from '../system/report-file.ts'
import { ownExecutable } from '../system/self.ts'
import { type OutputSink, runStreaming } from '../system/streaming.ts'
import type { SandboxReport, SandboxSpec } from './spec.ts'

export type SandboxRequest = Omit<SandboxSpec, 'root' | 'owner'>

export interface SandboxRun {
  /** A scratch directory of this run alone, on the host; the caller removes it. No sandbox may see it. */
  readonly workDirectory: string
  /** Gets standard output and error of the command, as they come. What it throws ends the run. */
  readonly output: OutputSink
}

export interface SandboxResult {
  readonly status: number
  /** `SIGKILL` where a signal ended the command. */
  readonly signal: string | undefined
}

/**
 * Runs one command in fresh namespaces (mount, pid, network, ipc, uts, cgroup, and user unless root asks), built by the launcher from `request`. When
 * this returns, by whatever way, no process and no mount of the run is left: they end with the pid and mount namespaces,
 * which die with the launcher, which dies with this process. A command that fails is a result; throws
 * `sandbox-setup-failed`, `sandbox-command-missing`, `program-missing`, `interrupted`. Whether there can be sandboxes at all: requireSandbox.
 */
export async function runSandbox(
  request: SandboxRequest,
  { workDirectory, output }: SandboxRun,
  context: Pick<Context, 'signal'>,
): Promise<SandboxResult> {
  const root = join(workDirectory, 'sysroot')
  const specFile = join(workDirectory, 'spec.json')
  makeDirectory(root)
  writeReport(specFile, { ...request, root, owner: process.pid } satisfies SandboxSpec)
  if (context.signal.aborted) throw new KithError('interrupted', {})
  let told = ''
  const status = await runStreaming(launchCommand(specFile), {
    purpose,
    output,
    errors: (text) => {
      told += text
    },
    signal: context.signal,
    // The init first: when `unshare` has seen it end, every process of the sandbox has.
    end: (id) => killProcess(findReport(told, 'launched')?.id ?? id),
  })
  if (context.signal.aborted) throw new KithError('interrupted', {})
  return readResult(told, status)
}

/**
 * Throws where no sandbox can be made: `program-missing`, and for an ordinary user `user-namespaces-refused` where the
 * kernel does not let one be root of a world of their own.
 */
export async function requireSandbox(): Promise<void> {
  for (const program of ['setpriv', 'unshare']) requireProgram(program, purpose)
  if (isRoot()) return
  const { status, stderr } = await run([requireProgram('unshare', purpose), ...ownUser, 'true'], purpose, { env: {} })
  if (status !== 0) throw new KithError('user-namespaces-refused', { reason: stderr.trim() || `status ${status}` })
}

const purpose = 'make the sandbox that builds run in (util-linux)'

/** What makes an ordinary user root of a user namespace, and of nothing else. */
const ownUser = ['--user', '--map-root-user']

function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Each part dies with the one before it: kith, setpriv's parent-death signal, unshare's --kill-child. */
function launchCommand(specFile: string): string[] {
  const namespaces = ['--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup']
  const lifetime = ['--fork', '--kill-child=KILL', '--propagation', 'private']
  const unshare = [requireProgram('unshare', purpose), ...(isRoot() ? [] : ownUser), ...namespaces, ...lifetime]
  return [
    requireProgram('setpriv', purpose),
    ...['--pdeathsig', 'KILL', '--'],
    ...unshare,
    ...['--', ownExecutable(), '__sandbox', specFile],
  ]
}

function readResult(told: string, status: number): SandboxResult {
  const exited = findReport(told, 'exited')
  if (exited !== undefined) return exited
  const missing = findReport(told, 'not-started')
  if (missing !== undefined)
    throw new KithError('sandbox-command-missing', { program: missing.program, reason: missing.reason })
  const failure = findReport(told, 'setup-failed')
  if (failure !== undefined) throw new KithError('sandbox-setup-failed', { step: failure.step, reason: failure.reason })
  const step = findReport(told, 'launched') === undefined ? 'start it' : 'keep it running'
  const printed = told.split('\n').filter((line) => line !== '' && !line.startsWith('{'))
  const reason = printed.join('; ').slice(-4000) || `its first process ended with status ${status}`
  throw new KithError('sandbox-setup-failed', { step, reason })
}

/** The launcher's report of this kind among the lines that it, unshare and setpriv wrote. */
function findReport<Kind extends SandboxReport['kind']>(
  told: string,
  kind: Kind,
): Extract<SandboxReport, { kind: Kind }> | undefined {
  const isWanted = (report: SandboxReport): report is Extract<SandboxReport, { kind: Kind }> => report.kind === kind
  const lines = told
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{"kind":'))
  return lines.map((line) => JSON.parse(line) as SandboxReport).find(isWanted)
}

function killProcess(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

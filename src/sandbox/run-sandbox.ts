import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { makeDirectory } from '../system/files.ts'
import { findProgram } from '../system/process.ts'
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
 * Runs one command in fresh namespaces (mount, pid, network, ipc, uts, cgroup), built by the launcher from `request`. When
 * this returns, by whatever way, no process and no mount of the run is left: they end with the pid and mount namespaces,
 * which die with the launcher, which dies with this process. A command that fails is a result; throws
 * `sandbox-setup-failed`, `sandbox-command-missing`, `sandbox-needs-root`, `program-missing`, `interrupted`.
 */
export async function runSandbox(
  request: SandboxRequest,
  { workDirectory, output }: SandboxRun,
  context: Pick<Context, 'signal'>,
): Promise<SandboxResult> {
  requireSandbox()
  const root = join(workDirectory, 'sysroot')
  const specFile = join(workDirectory, 'spec.json')
  makeDirectory(root)
  writeReport(specFile, { ...request, root, owner: process.pid } satisfies SandboxSpec)
  if (context.signal.aborted) throw new KithError('interrupted', {})
  let told = ''
  const status = await runStreaming(launchCommand(specFile), {
    purpose: 'make the sandbox that builds run in',
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

/** Throws where no sandbox can be made: `sandbox-needs-root`, `program-missing`. */
export function requireSandbox(): void {
  if (process.getuid?.() !== 0) throw new KithError('sandbox-needs-root', {})
  for (const program of ['setpriv', 'unshare']) requireProgram(program)
}

function requireProgram(program: string): string {
  const found = findProgram([program], `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`)
  if (found !== undefined) return found
  throw new KithError('program-missing', { program, purpose: 'make the sandbox that builds run in (util-linux)' })
}

/** Each part dies with the one before it: kith, setpriv's parent-death signal, unshare's --kill-child. */
function launchCommand(specFile: string): string[] {
  const namespaces = ['--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup']
  const unshare = [requireProgram('unshare'), ...namespaces, '--fork', '--kill-child=KILL', '--propagation', 'private']
  return [
    requireProgram('setpriv'),
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

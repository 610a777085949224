import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { fileInfo, makeDirectory, readText, removeTree, writeFileAtomic } from '../system/files.ts'
import { type OutputSink, runStreaming } from '../system/process.ts'
import { ownExecutable } from '../system/self.ts'
import type { SandboxReport, SandboxSpec } from './spec.ts'

export type SandboxRequest = Omit<SandboxSpec, 'root' | 'reportFile'>

export interface SandboxRun {
  /** A scratch directory of this run alone, on the host; the caller removes it. */
  readonly workDirectory: string
  /** Gets standard output and error of the command, as they come. */
  readonly output: OutputSink
}

export interface SandboxResult {
  readonly status: number
  readonly signal: string | undefined
  readonly landlockAbi: number
}

/**
 * Runs one command in fresh namespaces (mount, pid, network, ipc, uts, cgroup), built by the launcher from `request`. When
 * this returns, by whatever way, no process and no mount of the run is left: they end with the pid and mount namespaces,
 * which die with the launcher, which dies with this process. A command that fails is a result; a sandbox that cannot be
 * set up throws `sandbox-setup-failed` or `sandbox-needs-root`.
 */
export async function runSandbox(
  request: SandboxRequest,
  { workDirectory, output }: SandboxRun,
  context: Pick<Context, 'signal'>,
): Promise<SandboxResult> {
  if (process.getuid?.() !== 0) throw new KithError('sandbox-needs-root', {})
  const root = join(workDirectory, 'sysroot')
  const specFile = join(workDirectory, 'spec.json')
  const reportFile = join(workDirectory, 'report.json')
  makeDirectory(root)
  removeTree(reportFile)
  writeFileAtomic(specFile, JSON.stringify({ ...request, root, reportFile } satisfies SandboxSpec), 0o600)
  let errors = ''
  const status = await runStreaming(launchCommand(specFile), {
    purpose: 'make namespaces for the sandbox',
    output,
    errors: (text) => {
      errors = (errors + text).slice(-4000)
    },
    signal: context.signal,
  })
  if (context.signal.aborted) throw new KithError('interrupted', {})
  const report = readReport(reportFile)
  if (report?.kind === 'exited') return report
  const reason = report?.reason ?? (errors.trim() || `the launcher ended with status ${status}`)
  throw new KithError('sandbox-setup-failed', { step: report?.step ?? 'start the launcher', reason })
}

/** Each part dies with the one before it: kith, setpriv's parent-death signal, unshare's --kill-child. */
function launchCommand(specFile: string): string[] {
  const namespaces = ['--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup']
  const unshare = ['unshare', ...namespaces, '--fork', '--kill-child=KILL', '--propagation', 'private']
  return ['setpriv', '--pdeathsig', 'KILL', '--', ...unshare, '--', ownExecutable(), '__sandbox', specFile]
}

function readReport(file: string): SandboxReport | undefined {
  const info = fileInfo(file)
  if (info === undefined || info.sizeBytes === 0) return undefined
  return JSON.parse(readText(file)) as SandboxReport
}

import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { BuildLimits } from '../model/build-limits.ts'
import { makeDirectory } from '../system/files.ts'
import { requireProgram } from '../system/process.ts'
import { writeReport } from '../system/report-file.ts'
import { ownExecutable } from '../system/self.ts'
import { type OutputSink, runStreaming } from '../system/streaming.ts'
import { inputTerminal, takeTerminal } from '../system/terminal.ts'
import { openCgroup } from './cgroup.ts'
import { hasController, type SandboxHost, type UserMapping, userOptions } from './host.ts'
import type { SandboxReport, SandboxSpec } from './spec.ts'
import { type ExceededLimit, memoryBytes, watchLimits } from './watch-limits.ts'

/** What is asked for; the rest of the spec follows from the host and the limits. */
export type SandboxRequest = Pick<
  SandboxSpec,
  'hostName' | 'mounts' | 'landlock' | 'network' | 'processors' | 'command' | 'without'
>

export interface SandboxRun {
  /** A scratch directory of this run alone, on the host; the caller removes it. No sandbox may see it. */
  readonly workDirectory: string
  /** Where the output is kept, for the limit of the disk. */
  readonly logDirectory?: string
  readonly host: SandboxHost
  readonly limits: BuildLimits
  /** Gets standard output and error of the command, as they come. What it throws ends the run. */
  readonly output: OutputSink
  /** The command reads what this process reads, in a terminal of its own where this process has one; otherwise nothing. */
  readonly hasInput?: boolean
}

export interface SandboxResult {
  readonly status: number
  /** `SIGKILL` where a signal ended the command. */
  readonly signal: string | undefined
  /** The limit that ended it, or that it hit before it failed. */
  readonly exceeded: ExceededLimit | undefined
  /** Processor time of all that ran in it, in milliseconds. */
  readonly cpuMs: number
}

/**
 * Runs one command in fresh namespaces (mount, pid, network, ipc, uts, cgroup, and user unless root asks), built by the launcher
 * from `request`. When this returns, by whatever way, no process, mount or cgroup of the run is left: they end with the pid and
 * mount namespaces, which die with the launcher, which dies with this process. A command that fails, or is ended at a limit, is
 * a result; throws `sandbox-setup-failed`, `sandbox-command-missing`, `program-missing`, `interrupted`.
 */
export async function runSandbox(
  request: SandboxRequest,
  { workDirectory, logDirectory, host, limits, output, hasInput = false }: SandboxRun,
  context: Pick<Context, 'signal'>,
): Promise<SandboxResult> {
  const root = join(workDirectory, 'sysroot')
  const specFile = join(workDirectory, 'spec.json')
  makeDirectory(root)
  const memory = memoryBytes(limits.memory)
  using cgroup = openCgroup(host.cgroups, { ...limits, memoryBytes: memory })
  const terminal = hasInput && !request.without?.includes('own-terminal') ? inputTerminal() : undefined
  const spec: SandboxSpec = {
    ...request,
    command: { ...request.command, terminal },
    root,
    landlockAbi: host.landlockAbi,
    resources: limitProcesses(host, limits.processes, hasController(host, 'memory') ? undefined : memory),
    cgroups: cgroup.directories,
    owner: process.pid,
  }
  writeReport(specFile, spec)
  if (context.signal.aborted) throw new KithError('interrupted', {})
  using watch = watchLimits(limits, [workDirectory, ...(logDirectory === undefined ? [] : [logDirectory])])
  let told = ''
  let cpuMs = 0
  const launched = (): number | undefined => findReport(told, 'launched')?.id
  using _terminal = terminal && takeTerminal(() => sendSignal(launched(), 'SIGWINCH'))
  const status = await runStreaming(launchCommand(specFile, request, host.userMapping), {
    purpose,
    stdin: hasInput ? 'inherit' : 'ignore',
    environment: launcherEnvironment,
    output: (bytes) => {
      watch.heard()
      output(bytes)
    },
    errors: (bytes) => {
      told += Buffer.from(bytes).toString()
    },
    signal: AbortSignal.any([context.signal, watch.signal]),
    used: (all) => {
      cpuMs = all
    },
    // The init first: when `unshare` has seen it end, every process of the sandbox has.
    end: (id) => sendSignal(launched() ?? id, 'SIGKILL'),
  })
  if (context.signal.aborted) throw new KithError('interrupted', {})
  const ended = watch.exceeded()
  if (ended !== undefined) return { status: 137, signal: 'SIGKILL', exceeded: ended, cpuMs }
  const hit = cgroup.exceeded()[0]
  // Without its init there is no report: out of memory the kernel may have ended that, too.
  if (hit !== undefined && findReport(told, 'exited') === undefined)
    return { status, signal: 'SIGKILL', exceeded: hit, cpuMs }
  const result = readResult(told, status)
  return { ...result, exceeded: result.status === 0 ? undefined : hit, cpuMs }
}

const purpose = 'make the sandbox that builds run in (util-linux)'

/** Nothing of the user's: what is in it, a process inside might find in the launcher's memory. */
const launcherEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }

/** A core of size 1 is what the kernel neither writes nor hands to a handler of the host (fs/coredump.c). */
function limitProcesses(
  host: SandboxHost,
  processes: number | undefined,
  data: number | undefined,
): SandboxSpec['resources'] {
  // Where a cgroup counts them, it also tells when there are too many.
  const isCounted = processes !== undefined && host.userMapping !== 'none' && !hasController(host, 'pids')
  return { core: 1, ...(isCounted ? { processes } : {}), ...(data === undefined ? {} : { data }) }
}

const namespaceOptions = [
  ['--pid', 'pid-namespace'],
  ['--net', 'network-namespace'],
  ['--ipc', 'ipc-namespace'],
  ['--uts', 'uts-namespace'],
] as const

/** Each part dies with the one before it: kith, setpriv's parent-death signal, unshare's --kill-child. */
function launchCommand(
  specFile: string,
  { network, without = [] }: Pick<SandboxSpec, 'network' | 'without'>,
  mapping: UserMapping,
): string[] {
  const namespaces = namespaceOptions
    .filter(([option, protection]) => !without.includes(protection) && !(option === '--net' && network === 'host'))
    .map(([option]) => option)
  const lifetime = [
    '--fork',
    '--kill-child=KILL',
    '--propagation',
    without.includes('private-mounts') ? 'unchanged' : 'private',
  ]
  return [
    requireProgram('setpriv', purpose),
    ...['--pdeathsig', 'KILL', '--'],
    ...[requireProgram('unshare', purpose), ...userOptions[mapping], '--mount', ...namespaces, ...lifetime],
    ...['--', ownExecutable(), '__sandbox', specFile],
  ]
}

function readResult(told: string, status: number): Omit<SandboxResult, 'exceeded' | 'cpuMs'> {
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

function sendSignal(id: number | undefined, signal: 'SIGKILL' | 'SIGWINCH'): void {
  try {
    if (id !== undefined) process.kill(id, signal)
  } catch {
    // It has ended by itself.
  }
}

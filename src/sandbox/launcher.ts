import { killAllOthers, reapOrphans } from '../native/process-control.ts'
import { readLink, readText } from '../system/files.ts'
import { openReport } from '../system/report-file.ts'
import { runUnder } from '../system/streaming.ts'
import { runningKernel } from './kernel.ts'
import { setUpSandbox } from './set-up.ts'
import type { SandboxReport, SandboxSpec } from './spec.ts'
import { withoutProtections } from './without.ts'

/**
 * Runs inside the fresh namespaces as their init, started by run-sandbox.ts through util-linux `unshare`: builds the new
 * root, moves into it, gives up every right that the command does not need, runs the command, ends what it left running.
 * Rights are given up by the main thread, in one go: capabilities and Landlock belong to a thread, and the main thread is
 * the one that starts the command. It prints nothing but reports. Gives the exit status.
 */
export async function launchSandbox(specFile: string): Promise<number> {
  const { spec, kernel } = withoutProtections(JSON.parse(readText(specFile)) as SandboxSpec, runningKernel)
  using report = openReport('/proc/self/fd/2')
  // Few commands need it, and it takes longer to load than all else here.
  const inTerminal = spec.command.terminal && (await import('../system/terminal.ts')).runInTerminal
  const end = (told: SandboxReport, status: number): number => {
    report.write(told)
    return status
  }
  let step = 'find the process that asked for it'
  try {
    // /proc is still that of the host: numbers in it are the host's.
    report.write({ kind: 'launched', id: Number(readLink('/proc/self')) } satisfies SandboxReport)
    requireOwner(spec.owner)
    process.umask(0o022)
    await setUpSandbox(spec, kernel, (next) => {
      step = next
    })
  } catch (error) {
    return end({ kind: 'setup-failed', step, reason: reasonOf(error) }, 125)
  }
  let command = 0
  const reap = (): void => reapOrphans(command)
  process.on('SIGCHLD', reap)
  try {
    const started = (id: number): void => {
      command = id
      // Not for this process, whose runtime may have more already; what the command starts inherits it.
      if (spec.resources.data !== undefined) kernel.limitResource('data', spec.resources.data, id)
    }
    const { terminal } = spec.command
    const ending = await (terminal === undefined || inTerminal === undefined
      ? runUnder(spec.command, started, spec.without?.includes('copied-input') ? 'inherit' : 'copy')
      : inTerminal(spec.command, terminal, started))
    const { status, signal } = ending
    killAllOthers()
    return end({ kind: 'exited', status, signal }, status)
  } catch (error) {
    return end({ kind: 'not-started', program: spec.command.argv[0] ?? '', reason: reasonOf(error) }, 127)
  }
}

/**
 * Whoever is started just when its parent dies is not told (PR_SET_PDEATHSIG comes too late); from here on every death
 * above ends the ones below. Throws an Error where kith is gone already.
 */
function requireOwner(owner: number): void {
  const parentOf = (process: string): string => {
    const status = readText(`/proc/${process}/stat`)
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[1] ?? ''
  }
  if (Number(parentOf(parentOf('self'))) !== owner) throw new Error('kith has ended')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

import { landlockAbi, restrictFileSystem } from '../native/landlock.ts'
import { mount, mountFlags, pivotRoot } from '../native/mount.ts'
import { dropCapabilities, setNoNewPrivileges, setUndumpable } from '../native/privileges.ts'
import { killAllOthers, setHostName } from '../native/process-control.ts'
import { readText } from '../system/files.ts'
import { runUnder } from '../system/process.ts'
import { openReport } from '../system/report-file.ts'
import { applyMount } from './mounts.ts'
import type { SandboxReport, SandboxSpec } from './spec.ts'

/**
 * Runs inside the fresh namespaces as their init, started by run-sandbox.ts through util-linux `unshare`: builds the new
 * root, moves into it, gives up every right that the command does not need, runs the command, ends what it left running.
 * Everything until the command is synchronous: capabilities and Landlock belong to a thread, and the main thread is the
 * one that starts the command. The only other output is the report. Gives the exit status.
 */
export async function launchSandbox(specFile: string): Promise<number> {
  const spec = JSON.parse(readText(specFile)) as SandboxSpec
  const report = openReport(spec.reportFile)
  let step = 'prepare'
  try {
    const abi = landlockAbi()
    step = 'make mounts private'
    mount({ source: 'none', target: '/', flags: mountFlags.recursive | mountFlags.private })
    mount({ source: 'tmpfs', target: spec.root, type: 'tmpfs', flags: mountFlags.noSetuid, data: 'mode=755' })
    for (const operation of spec.mounts) {
      step = operation.kind === 'seal-root' ? 'seal the root' : `mount ${operation.target} (${operation.kind})`
      applyMount(operation, spec.root)
    }
    step = 'enter the new root'
    setHostName(spec.hostName)
    pivotRoot(spec.root)
    step = 'give up rights'
    setNoNewPrivileges()
    if (abi > 0) restrictFileSystem(spec.landlock, abi)
    dropCapabilities()
    setUndumpable()
    step = `start ${spec.command.argv[0]}`
    const { status, signal } = await runUnder(spec.command)
    killAllOthers()
    report.write({ kind: 'exited', status, signal, landlockAbi: abi } satisfies SandboxReport)
    return status
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    report.write({ kind: 'setup-failed', step, reason } satisfies SandboxReport)
    return 125
  }
}

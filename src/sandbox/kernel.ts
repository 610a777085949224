import { join } from 'node:path'
import { restrictSelf } from '../native/landlock.ts'
import { limitResource } from '../native/limits.ts'
import { detachMount, mount, pivotRoot, setMountAttributes } from '../native/mount.ts'
import { startLoopback } from '../native/network.ts'
import { dropCapabilities, setNoNewPrivileges, setUndumpable } from '../native/privileges.ts'
import { enterCgroupNamespace, ignoreFatalSignals, leaveTerminal, setHostName } from '../native/process-control.ts'
import { setProcessors } from '../native/processors.ts'
import { filterSystemCalls } from '../native/seccomp.ts'
import { tryWriteControl, writeControlLater } from '../system/control-file.ts'

/** What the launcher asks of the kernel, so that tests can let each call fail. */
export const runningKernel = {
  leaveTerminal,
  /** With all its threads, whichever of them writes: this one does not wait. */
  enterCgroup: (directory: string): Promise<void> => writeControlLater(join(directory, 'cgroup.procs'), '0'),
  enterCgroupNamespace,
  mount,
  detachMount,
  setMountAttributes,
  setHostName,
  startLoopback,
  /** The ports that the kernel picks in this network namespace. False where /proc/sys cannot be written, as in containers. */
  setPortRange: (first: number, last: number): boolean =>
    tryWriteControl('/proc/sys/net/ipv4/ip_local_port_range', `${first} ${last}`),
  pivotRoot,
  limitResource,
  setProcessors,
  setNoNewPrivileges,
  restrictSelf,
  filterSystemCalls,
  dropCapabilities,
  setUndumpable,
  ignoreFatalSignals,
}

export type SandboxKernel = typeof runningKernel

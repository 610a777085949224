import { landlockAbi, restrictFileSystem } from '../native/landlock.ts'
import { mount, pivotRoot, setMountAttributes } from '../native/mount.ts'
import { startLoopback } from '../native/network.ts'
import { dropCapabilities, setNoNewPrivileges, setUndumpable } from '../native/privileges.ts'
import { leaveTerminal, setHostName } from '../native/process-control.ts'

/** What the launcher asks of the kernel, so that tests can let each call fail. */
export const runningKernel = {
  mount,
  setMountAttributes,
  pivotRoot,
  setHostName,
  leaveTerminal,
  startLoopback,
  setNoNewPrivileges,
  restrictFileSystem,
  dropCapabilities,
  setUndumpable,
}

export type SandboxKernel = typeof runningKernel

/** What the running kernel has for sandboxes; a spec carries it, so that it is asked once. */
export interface KernelOffer {
  /** 0: none. */
  readonly landlockAbi: number
}

export function probeKernel(): KernelOffer {
  return { landlockAbi: landlockAbi() }
}

/** What a person should know about sandboxes on this kernel. */
export function kernelWarnings({ landlockAbi: abi }: KernelOffer): string[] {
  return abi > 0 ? [] : ['this kernel has no Landlock: builds are confined by namespaces and read-only mounts alone']
}

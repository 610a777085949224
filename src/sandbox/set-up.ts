import { mountFlags } from '../native/mount.ts'
import type { SandboxKernel } from './kernel.ts'
import { applyMount } from './mounts.ts'
import type { MountOperation, SandboxSpec } from './spec.ts'

/**
 * Turns this process, init of fresh namespaces, into the inside of the sandbox that `spec` describes. The order is the
 * protection: rights go when nothing needs them any more, and all before the command. `step` gets what is tried next, as
 * "cannot <step>" reads well. Throws KernelError, KithError.
 */
export function setUpSandbox(
  spec: Omit<SandboxSpec, 'command' | 'owner'>,
  kernel: SandboxKernel,
  step: (next: string) => void,
): void {
  step('leave the terminal')
  kernel.leaveTerminal()
  step('make mounts private')
  kernel.mount({ source: 'none', target: '/', flags: mountFlags.recursive | mountFlags.private })
  step('mount the root (tmpfs)')
  kernel.mount({ source: 'tmpfs', target: spec.root, type: 'tmpfs', flags: mountFlags.noSetuid, data: 'mode=755' })
  for (const operation of spec.mounts) {
    step(tell(operation))
    applyMount(operation, spec.root, kernel)
  }
  step('enter the new root')
  kernel.setHostName(spec.hostName)
  kernel.pivotRoot(spec.root)
  step('switch on the loopback interface')
  kernel.startLoopback()
  step('give up rights')
  kernel.setNoNewPrivileges()
  if (spec.landlockAbi > 0) kernel.restrictFileSystem(spec.landlock, spec.landlockAbi)
  kernel.dropCapabilities()
  kernel.setUndumpable()
}

function tell(operation: MountOperation): string {
  switch (operation.kind) {
    case 'seal-root':
      return 'make the root read-only'
    case 'directory':
    case 'symlink':
      return `make ${operation.target}`
    case 'overlay':
      return operation.lowers.length === 1
        ? `mount ${operation.target} (bind)`
        : `mount ${operation.target} (overlay of ${operation.lowers.length})`
    case 'bind':
    case 'device':
    case 'tmpfs':
    case 'proc':
    case 'devpts':
      return `mount ${operation.target} (${operation.kind})`
  }
}

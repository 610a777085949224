import { mountFlags } from '../native/mount.ts'
import type { SandboxKernel } from './kernel.ts'
import { applyMount } from './mounts.ts'
import { allowedPorts, loopbackPorts } from './network.ts'
import { compileFilter } from './seccomp-filter.ts'
import type { MountOperation, SandboxSpec } from './spec.ts'

/**
 * Turns this process, init of fresh namespaces, into the inside of the sandbox that `spec` describes. The order is the
 * protection: rights go when nothing needs them any more, and all before the command. `step` gets what is tried next, as
 * "cannot <step>" reads well. Throws KernelError, KithError.
 */
export async function setUpSandbox(
  spec: Omit<SandboxSpec, 'command' | 'owner' | 'without'>,
  kernel: SandboxKernel,
  step: (next: string) => void,
): Promise<void> {
  step('leave the terminal')
  kernel.leaveTerminal()
  // The kernel takes 5 to 20 ms for it, in which the mounts can be made.
  const entering = Promise.all(spec.cgroups.map((directory) => kernel.enterCgroup(directory)))
  entering.catch(() => {})
  step('make mounts private')
  kernel.mount({ source: 'none', target: '/', flags: mountFlags.recursive | mountFlags.private })
  step('mount the root (tmpfs)')
  const flags = mountFlags.noSetuid | mountFlags.noDevices
  kernel.mount({ source: 'tmpfs', target: spec.root, type: 'tmpfs', flags, data: 'mode=755,size=16m' })
  for (const operation of spec.mounts) {
    step(tell(operation))
    applyMount(operation, spec.root, kernel)
  }
  step('set up its network')
  const ports = setUpNetwork(spec.network, kernel)
  step('enter its cgroup')
  await entering
  kernel.enterCgroupNamespace()
  step('enter the new root')
  kernel.setHostName(spec.hostName)
  kernel.pivotRoot(spec.root)
  step('limit resources')
  const { core, processes } = spec.resources
  kernel.limitResource('core', core)
  if (processes !== undefined) kernel.limitResource('processes', processes)
  if (spec.processors !== undefined) kernel.setProcessors(spec.processors)
  step('give up rights')
  kernel.setNoNewPrivileges()
  if (spec.landlockAbi > 0) kernel.restrictSelf({ paths: spec.landlock, ports }, spec.landlockAbi)
  kernel.filterSystemCalls(compileFilter(process.arch === 'arm64' ? 'arm64' : 'x64'))
  kernel.dropCapabilities()
  kernel.setUndumpable()
  kernel.ignoreFatalSignals()
}

/** Gives the ports that may be used; undefined: any. */
function setUpNetwork(network: SandboxSpec['network'], kernel: SandboxKernel): number[] | undefined {
  if (network === 'host') return undefined
  if (network === 'none') return []
  kernel.startLoopback()
  return kernel.setPortRange(loopbackPorts.first, loopbackPorts.last) ? allowedPorts() : undefined
}

function tell(operation: MountOperation): string {
  switch (operation.kind) {
    case 'seal-root':
      return 'make the root read-only'
    case 'directory':
    case 'symlink':
      return `make ${operation.target}`
    case 'mask':
      return `hide ${operation.target}`
    case 'overlay':
      return operation.lowers.length === 1
        ? `mount ${operation.target} (bind)`
        : `mount ${operation.target} (overlay of ${operation.lowers.length})`
    case 'farm':
    case 'bind':
    case 'device':
    case 'tmpfs':
    case 'proc':
    case 'devpts':
      return `mount ${operation.target} (${operation.kind})`
  }
}

import { changeRoot, mountAttributes, mountFlags } from '../native/mount.ts'
import type { SandboxKernel } from './kernel.ts'
import type { Protection } from './protections.ts'
import type { MountOperation, SandboxSpec } from './spec.ts'

/**
 * The sandbox with some protections taken away, for tests that show what each of them stops: the calls that make them do
 * nothing, or less. What kith itself asks for takes nothing away. (Namespaces and the terminal that are not made: run-sandbox.ts;
 * input that is not copied: launcher.ts.)
 */
export function withoutProtections(
  spec: SandboxSpec,
  kernel: SandboxKernel,
): { readonly spec: SandboxSpec; readonly kernel: SandboxKernel } {
  const dropped = new Set(spec.without)
  if (dropped.size === 0) return { spec, kernel }
  const has = (protection: Protection): boolean => !dropped.has(protection)
  const nothing = (): void => {}
  const weakened: SandboxKernel = {
    ...kernel,
    leaveTerminal: has('new-session') ? kernel.leaveTerminal : nothing,
    enterCgroup: has('cgroup') ? kernel.enterCgroup : async () => {},
    enterCgroupNamespace: has('cgroup-namespace') ? kernel.enterCgroupNamespace : nothing,
    setHostName: has('uts-namespace') ? kernel.setHostName : nothing,
    startLoopback: has('network-namespace') ? kernel.startLoopback : nothing,
    // Never where the namespace is the host's.
    setPortRange: (first, last) => (has('network-namespace') ? kernel.setPortRange(first, last) : true),
    pivotRoot: has('new-root') ? kernel.pivotRoot : changeRoot,
    limitResource: has('resource-limits') ? kernel.limitResource : nothing,
    setNoNewPrivileges: has('no-new-privileges') ? kernel.setNoNewPrivileges : nothing,
    filterSystemCalls: has('seccomp') ? kernel.filterSystemCalls : nothing,
    dropCapabilities: has('capabilities') ? kernel.dropCapabilities : nothing,
    setUndumpable: has('undumpable') ? kernel.setUndumpable : nothing,
    mount: (call) => {
      const { flags = 0, type, target } = call
      if (flags & mountFlags.private && !has('private-mounts')) return
      const isSealing = target === spec.root && (flags & mountFlags.remount) !== 0
      if (isSealing && !has('sealed-root')) return
      let kept = flags
      if (!has('no-setuid')) kept &= ~mountFlags.noSetuid
      if (!has('no-devices')) kept &= ~mountFlags.noDevices
      if (type === 'proc' && !has('read-only-proc')) kept &= ~mountFlags.readOnly
      const isLocking = type === 'overlay' || (flags & mountFlags.bind) !== 0
      if (isLocking && !has('read-only')) kept &= ~mountFlags.readOnly
      if (type === 'proc' && !has('pid-namespace')) return bindHostProc(target, has('read-only-proc'), kernel)
      kernel.mount({ ...call, flags: kept })
    },
    setMountAttributes: (target, attributes) => {
      let kept = attributes
      if (!has('no-setuid')) kept &= ~mountAttributes.noSetuid
      if (!has('no-devices')) kept &= ~mountAttributes.noDevices
      if (!has('read-only')) kept &= ~mountAttributes.readOnly
      kernel.setMountAttributes(target, kept)
    },
    restrictSelf: ({ paths, ports }, abi) =>
      kernel.restrictSelf(
        {
          paths: has('landlock-files') ? paths : undefined,
          ports: has('landlock-ports') ? ports : undefined,
          reachesOutside: !has('landlock-scopes'),
        },
        abi,
      ),
  }
  const mounts = spec.mounts
    .filter(({ kind }) => kind !== 'mask' || has('masked-proc'))
    .map((operation) => (has('overlay') ? operation : bindTopmost(operation)))
  return { spec: { ...spec, mounts }, kernel: weakened }
}

/** A user of their own user namespace may mount a /proc only for a pid namespace of theirs. */
function bindHostProc(target: string, isReadOnly: boolean, kernel: SandboxKernel): void {
  kernel.mount({ source: '/proc', target, flags: mountFlags.bind | mountFlags.recursive })
  kernel.setMountAttributes(target, isReadOnly ? mountAttributes.readOnly : 0)
}

/** What overlayfs shows without a writable layer cannot be written, whatever the mount's flags are; a layer itself can. */
function bindTopmost(operation: MountOperation): MountOperation {
  return operation.kind === 'overlay' ? { ...operation, lowers: operation.lowers.slice(0, 1) } : operation
}

import { mountFlags } from '../native/mount.ts'
import { fileInfo, linkInfo, makeDirectory, makeEmptyFile, makeSymlink, setMode } from '../system/files.ts'
import type { SandboxKernel } from './kernel.ts'
import { mountFarm } from './mount-farm.ts'
import { bindInto, mountOverlay } from './mount-overlay.ts'
import type { MountOperation } from './spec.ts'

const { bind, noDevices, noExecute, noSetuid, readOnly, remount } = mountFlags

/**
 * Carries out one operation below `root`, in the launcher's own mount namespace. Until the root is entered a symlink in a
 * layer would lead to the host, so that no target may lie behind one. Throws KernelError, KithError, Error.
 */
export function applyMount(operation: MountOperation, root: string, kernel: SandboxKernel): void {
  if (operation.kind === 'seal-root') {
    kernel.mount({ source: 'none', target: root, flags: remount | readOnly | noSetuid | noDevices })
    return
  }
  requireNoSymlink(root, operation.target)
  const target = root + operation.target
  switch (operation.kind) {
    case 'directory':
      makeDirectory(target, operation.mode)
      setMode(target, operation.mode)
      return
    case 'symlink':
      makeSymlink(operation.to, target)
      return
    case 'overlay':
      makeDirectory(target)
      mountOverlay(target, operation.lowers, root, kernel)
      return
    case 'farm':
      makeDirectory(target)
      mountFarm(operation, target, kernel)
      return
    case 'bind':
      if (fileInfo(operation.source)?.kind === 'directory') makeDirectory(target)
      else if (linkInfo(target) === undefined) makeEmptyFile(target)
      bindInto(operation.source, target, operation.isWritable, kernel)
      return
    case 'device':
      makeEmptyFile(target)
      bindDevice(operation.source, target, kernel)
      return
    case 'tmpfs': {
      makeDirectory(target)
      const data = `mode=${operation.mode.toString(8)},size=${operation.size}`
      kernel.mount({ source: 'tmpfs', target, type: 'tmpfs', flags: noSetuid | noDevices, data })
      return
    }
    case 'proc':
      makeDirectory(target)
      // Read-only: /proc/sys and sysrq-trigger ask for user id 0, not for a capability.
      kernel.mount({ source: 'proc', target, type: 'proc', flags: readOnly | noSetuid | noDevices | noExecute })
      return
    case 'mask':
      hide(target, kernel)
      return
    case 'devpts': {
      makeDirectory(target)
      const data = 'newinstance,ptmxmode=0666,mode=620'
      kernel.mount({ source: 'devpts', target, type: 'devpts', flags: noSetuid | noExecute, data })
      return
    }
  }
}

/** A file becomes /dev/null, a directory an empty one. What this kernel does not have needs no hiding. */
function hide(target: string, kernel: SandboxKernel): void {
  const kind = linkInfo(target)?.kind
  const flags = readOnly | noSetuid | noDevices | noExecute
  if (kind === 'directory') kernel.mount({ source: 'tmpfs', target, type: 'tmpfs', flags, data: 'mode=555,size=4k' })
  else if (kind !== undefined) bindDevice('/dev/null', target, kernel)
}

/** Read-only: a device can be written to all the same, but its mode, owner and attributes are the host's. */
function bindDevice(source: string, target: string, kernel: SandboxKernel): void {
  kernel.mount({ source, target, flags: bind })
  kernel.mount({ source: 'none', target, flags: bind | remount | readOnly | noSetuid | noExecute })
}

function requireNoSymlink(root: string, target: string): void {
  let path = root
  for (const segment of target.split('/').slice(1)) {
    path = `${path}/${segment}`
    if (linkInfo(path)?.kind === 'symlink') throw new Error(`"${path.slice(root.length)}" is a symlink in a layer`)
  }
}

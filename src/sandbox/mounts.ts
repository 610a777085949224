import { join } from 'node:path'
import { mountAttributes, mountFlags } from '../native/mount.ts'
import { fileInfo, linkInfo, makeDirectory, makeEmptyFile, makeSymlink, removeTree, setMode } from '../system/files.ts'
import type { SandboxKernel } from './kernel.ts'
import type { MountOperation } from './spec.ts'

const { bind, noDevices, noExecute, noSetuid, readOnly, recursive, remount } = mountFlags

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
    case 'bind':
      if (fileInfo(operation.source)?.kind === 'directory') makeDirectory(target)
      else makeEmptyFile(target)
      bindInto(operation.source, target, operation.isWritable, kernel)
      return
    case 'device':
      makeEmptyFile(target)
      kernel.mount({ source: operation.source, target, flags: bind })
      kernel.mount({ source: 'none', target, flags: bind | remount | noSetuid | noExecute })
      return
    case 'tmpfs': {
      makeDirectory(target)
      const data = `mode=${operation.mode.toString(8)}`
      kernel.mount({ source: 'tmpfs', target, type: 'tmpfs', flags: noSetuid | noDevices, data })
      return
    }
    case 'proc':
      makeDirectory(target)
      // Read-only: /proc/sys and sysrq-trigger ask for user id 0, not for a capability.
      kernel.mount({ source: 'proc', target, type: 'proc', flags: readOnly | noSetuid | noDevices | noExecute })
      return
    case 'devpts': {
      makeDirectory(target)
      const data = 'newinstance,ptmxmode=0666,mode=620'
      kernel.mount({ source: 'devpts', target, type: 'devpts', flags: noSetuid | noExecute, data })
      return
    }
  }
}

function requireNoSymlink(root: string, target: string): void {
  let path = root
  for (const segment of target.split('/').slice(1)) {
    path = `${path}/${segment}`
    if (linkInfo(path)?.kind === 'symlink') throw new Error(`"${path.slice(root.length)}" is a symlink in a layer`)
  }
}

/**
 * Layers are merged read-only, so that nothing can be copied up and no layer can change. The kernel takes one page of
 * options: each layer gets a name of a few digits, a symlink in a directory that is gone afterwards.
 */
function mountOverlay(target: string, lowers: readonly string[], root: string, kernel: SandboxKernel): void {
  const [only, second] = lowers
  if (only !== undefined && second === undefined) {
    bindInto(only, target, false, kernel)
    return
  }
  const names = join(root, '.layers')
  lowers.forEach((lower, index) => {
    makeSymlink(lower, join(names, String(index)))
  })
  const before = process.cwd()
  process.chdir(names)
  try {
    const data = `lowerdir=${[...lowers.keys()].join(':')}`
    kernel.mount({ source: 'overlay', target, type: 'overlay', flags: readOnly | noSetuid | noDevices, data })
  } finally {
    process.chdir(before)
    removeTree(names)
  }
}

function bindInto(source: string, target: string, isWritable: boolean, kernel: SandboxKernel): void {
  kernel.mount({ source, target, flags: bind | recursive })
  const { readOnly: locked, noSetuid: plain, noDevices: bare } = mountAttributes
  kernel.setMountAttributes(target, plain | bare | (isWritable ? 0 : locked))
}

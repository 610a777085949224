import { mount, mountFlags } from '../native/mount.ts'
import { fileInfo, makeDirectory, makeEmptyFile, makeSymlink, setMode } from '../system/files.ts'
import type { MountOperation } from './spec.ts'

const { bind, noDevices, noExecute, noSetuid, readOnly, recursive, remount } = mountFlags

/** Carries out one operation below `root`, in the launcher's own mount namespace. Throws KernelError or KithError. */
export function applyMount(operation: MountOperation, root: string): void {
  if (operation.kind === 'seal-root') {
    mount({ source: 'none', target: root, flags: remount | readOnly | noSetuid | noDevices })
    return
  }
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
      mountOverlay(target, operation.lowers)
      return
    case 'bind':
      makeMountPoint(operation.source, target)
      bindInto(operation.source, target, operation.isWritable)
      return
    case 'device':
      makeEmptyFile(target)
      mount({ source: operation.source, target, flags: bind })
      mount({ source: 'none', target, flags: bind | remount | noSetuid | noExecute })
      return
    case 'tmpfs': {
      makeDirectory(target)
      const data = `mode=${operation.mode.toString(8)}`
      mount({ source: 'tmpfs', target, type: 'tmpfs', flags: noSetuid | noDevices, data })
      return
    }
    case 'proc':
      makeDirectory(target)
      mount({ source: 'proc', target, type: 'proc', flags: noSetuid | noDevices | noExecute })
      return
    case 'devpts': {
      makeDirectory(target)
      const data = 'newinstance,ptmxmode=0666,mode=620'
      mount({ source: 'devpts', target, type: 'devpts', flags: noSetuid | noExecute, data })
      return
    }
  }
}

/** Layers are merged read-only, so that nothing can be copied up and no layer can change. */
function mountOverlay(target: string, lowers: readonly string[]): void {
  const [only, second] = lowers
  if (only !== undefined && second === undefined) {
    bindInto(only, target, false)
    return
  }
  const escaped = lowers.map((lower) => lower.replace(/([\\:,])/g, '\\$1')).join(':')
  const flags = readOnly | noDevices
  mount({ source: 'overlay', target, type: 'overlay', flags, data: `lowerdir=${escaped}` })
}

function bindInto(source: string, target: string, isWritable: boolean): void {
  mount({ source, target, flags: bind | recursive })
  const flags = bind | remount | noSetuid | noDevices | (isWritable ? 0 : readOnly)
  mount({ source: 'none', target, flags })
}

function makeMountPoint(source: string, target: string): void {
  if (fileInfo(source)?.kind === 'directory') makeDirectory(target)
  else makeEmptyFile(target)
}

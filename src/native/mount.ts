import { address, callNumber, check, cString, libc } from './libc.ts'

/** Flags of mount(2), from linux/mount.h. */
export const mountFlags = {
  readOnly: 1,
  noSetuid: 2,
  noDevices: 4,
  noExecute: 8,
  remount: 32,
  bind: 4096,
  recursive: 16384,
  private: 1 << 18,
} as const

export interface MountCall {
  readonly source: string
  readonly target: string
  readonly type?: string
  readonly flags?: number
  readonly data?: string
}

/** mount(2). Throws KernelError. */
export function mount({ source, target, type, flags = 0, data }: MountCall): void {
  const typeBytes = type === undefined ? null : cString(type)
  const dataBytes = data === undefined ? null : cString(data)
  check(libc().mount(cString(source), cString(target), typeBytes, flags, dataBytes), 'mount', target)
}

/** Makes `directory` (a mount point) the root and takes the old root away. Throws KernelError. */
export function pivotRoot(directory: string): void {
  process.chdir(directory)
  // With both arguments the same directory the old root is stacked on top of it, and can be detached without a name.
  const here = cString('.')
  const number = callNumber({ x64: 155, arm64: 41 })
  check(libc().syscall(number, address(here), address(here), 0, 0, 0), 'pivot_root', directory)
  check(libc().umount2(here, 2), 'umount', 'the old root')
  process.chdir('/')
}

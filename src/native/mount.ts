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

/** Attributes of mount_setattr(2), from linux/mount.h. */
export const mountAttributes = { readOnly: 1, noSetuid: 2, noDevices: 4 } as const

/**
 * Gives `target` and every mount below it more attributes, and leaves those that they have; no other mount can be told apart
 * later, so that a read-only tree has no writable hole. Needs Linux 5.12. Throws KernelError.
 */
export function setMountAttributes(target: string, attributes: number): void {
  const mountSetAttributes = 442
  const currentDirectory = -100
  const recursive = 0x8000
  const request = Buffer.alloc(32)
  request.writeBigUInt64LE(BigInt(attributes), 0)
  const path = cString(target)
  check(
    libc().syscall(mountSetAttributes, currentDirectory, address(path), recursive, address(request), request.length),
    'mount_setattr',
    target,
  )
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

/** Makes `directory` the root by chroot(2), which leaves the old root in reach of whoever may chroot again. Throws KernelError. */
export function changeRoot(directory: string): void {
  check(libc().chroot(cString(directory)), 'chroot', directory)
  process.chdir('/')
}

/** Takes the mount at `target` out of the tree; what still uses it keeps it. Throws KernelError. */
export function detachMount(target: string): void {
  const detach = 2
  check(libc().umount2(cString(target), detach), 'umount', target)
}

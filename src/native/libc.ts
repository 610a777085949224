import { dlopen, type Library, ptr, read } from 'bun:ffi'

/**
 * The C library, called directly: what Node's API has no word for. Loaded at the first call, so commands that need no
 * kernel facility never pay for it. Only this folder imports bun:ffi.
 */
const signatures = {
  __errno_location: { args: [], returns: 'ptr' },
  close: { args: ['i32'], returns: 'i32' },
  open: { args: ['ptr', 'i32', 'i32'], returns: 'i32' },
  execve: { args: ['ptr', 'ptr', 'ptr'], returns: 'i32' },
  chroot: { args: ['ptr'], returns: 'i32' },
  fallocate: { args: ['i32', 'i32', 'i64', 'i64'], returns: 'i32' },
  fchmod: { args: ['i32', 'u32'], returns: 'i32' },
  fchmodat: { args: ['i32', 'ptr', 'u32', 'i32'], returns: 'i32' },
  fchownat: { args: ['i32', 'ptr', 'u32', 'u32', 'i32'], returns: 'i32' },
  fgetxattr: { args: ['i32', 'ptr', 'ptr', 'u64'], returns: 'i64' },
  flistxattr: { args: ['i32', 'ptr', 'u64'], returns: 'i64' },
  flock: { args: ['i32', 'i32'], returns: 'i32' },
  fsync: { args: ['i32'], returns: 'i32' },
  futimens: { args: ['i32', 'ptr'], returns: 'i32' },
  fsetxattr: { args: ['i32', 'ptr', 'ptr', 'u64', 'i32'], returns: 'i32' },
  ioctl: { args: ['i32', 'u64', 'ptr'], returns: 'i32' },
  kill: { args: ['i32', 'i32'], returns: 'i32' },
  linkat: { args: ['i32', 'ptr', 'i32', 'ptr', 'i32'], returns: 'i32' },
  mkdirat: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  mkfifoat: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  mkfifo: { args: ['ptr', 'u32'], returns: 'i32' },
  mount: { args: ['ptr', 'ptr', 'ptr', 'u64', 'ptr'], returns: 'i32' },
  openat: { args: ['i32', 'ptr', 'i32', 'u32'], returns: 'i32' },
  pipe2: { args: ['ptr', 'i32'], returns: 'i32' },
  prctl: { args: ['i32', 'u64', 'u64', 'u64', 'u64'], returns: 'i32' },
  renameat: { args: ['i32', 'ptr', 'i32', 'ptr'], returns: 'i32' },
  signal: { args: ['i32', 'u64'], returns: 'u64' },
  sethostname: { args: ['ptr', 'u64'], returns: 'i32' },
  setsid: { args: [], returns: 'i32' },
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  symlinkat: { args: ['ptr', 'i32', 'ptr'], returns: 'i32' },
  syncfs: { args: ['i32'], returns: 'i32' },
  syscall: { args: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64'], returns: 'i64' },
  unlinkat: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
  utimensat: { args: ['i32', 'ptr', 'ptr', 'i32'], returns: 'i32' },
  umount2: { args: ['ptr', 'i32'], returns: 'i32' },
  write: { args: ['i32', 'ptr', 'u64'], returns: 'i64' },
  waitpid: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
} as const

type Symbols = Library<typeof signatures>['symbols']
let loaded: Symbols | undefined

/** The C library's functions. Throws an Error where none of the known library names can be opened. */
export function libc(): Symbols {
  loaded ??= open().symbols
  return loaded
}

function open(): Library<typeof signatures> {
  const names = ['libc.so.6', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`, 'libc.so']
  let problem: unknown
  for (const name of names)
    try {
      return dlopen(name, signatures)
    } catch (error) {
      problem = error
    }
  throw new Error(`no C library could be opened (${names.join(', ')})`, { cause: problem })
}

/** A failed call of the kernel: which call, on what, and the error's name. */
export class KernelError extends Error {
  constructor(
    readonly call: string,
    readonly subject: string,
    readonly errno: number,
  ) {
    super(`${call} ${subject}: ${errnoName(errno)}`)
    this.name = 'KernelError'
  }

  /** `ENOENT`, as node:fs has it; undefined for an error without a name here. */
  get code(): string | undefined {
    return names[this.errno]?.split(' ')[0]
  }
}

/** The number of the last call's error. Must follow the call at once. */
export function lastErrno(): number {
  return read.i32(requirePointer(libc().__errno_location()), 0)
}

/** Throws KernelError when `result` is negative. Must follow the call at once: errno is read here. */
export function check(result: number | bigint, call: string, subject: string): number {
  if (result < 0) throw new KernelError(call, subject, lastErrno())
  return Number(result)
}

function requirePointer(pointer: ReturnType<Symbols['__errno_location']>): NonNullable<typeof pointer> {
  if (pointer === null) throw new Error('errno has no address')
  return pointer
}

/** `text` as the C library wants it. */
export function cString(text: string): Buffer {
  if (text.includes('\0')) throw new Error('a string for the kernel cannot hold a NUL byte')
  return Buffer.from(`${text}\0`)
}

/** The address of `bytes`, for calls that take it as a number. Keep `bytes` referenced until the call is over. */
export function address(bytes: Uint8Array): number {
  return ptr(bytes)
}

/** The number that this processor's kernel gives a call. Throws an Error for a processor that kith is not made for. */
export function callNumber(numbers: { readonly x64: number; readonly arm64: number }): number {
  if (process.arch === 'x64' || process.arch === 'arm64') return numbers[process.arch]
  throw new Error(`kernel calls are not known for ${process.arch}`)
}

function errnoName(errno: number): string {
  return names[errno] ?? `error ${errno}`
}

const names: Readonly<Record<number, string>> = {
  1: 'EPERM (operation not permitted)',
  2: 'ENOENT (no such file or directory)',
  5: 'EIO (input/output error)',
  7: 'E2BIG (too large)',
  11: 'EAGAIN (busy)',
  12: 'ENOMEM (out of memory)',
  13: 'EACCES (permission denied)',
  16: 'EBUSY (busy)',
  17: 'EEXIST (something is there already)',
  19: 'ENODEV (the kernel has no such file system)',
  20: 'ENOTDIR (not a directory)',
  22: 'EINVAL (invalid argument)',
  24: 'EMFILE (too many open files)',
  28: 'ENOSPC (no space or too many mounts)',
  30: 'EROFS (read-only file system)',
  36: 'ENAMETOOLONG (name too long)',
  38: 'ENOSYS (the kernel has no such call)',
  40: 'ELOOP (too many symbolic links)',
  18: 'EXDEV (another file system)',
  21: 'EISDIR (a directory)',
  31: 'EMLINK (too many links)',
  39: 'ENOTEMPTY (directory not empty)',
  75: 'EOVERFLOW (it belongs to another user namespace)',
  122: 'EDQUOT (disk quota exceeded)',
  95: 'EOPNOTSUPP (switched off)',
}

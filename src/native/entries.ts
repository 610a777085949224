import { address, callNumber, check, KernelError, lastErrno, libc } from './libc.ts'

/**
 * Files and directories by the open directory that they are in, one kernel call each. `name` is bytes as latin1: one name, which no
 * link can lead elsewhere, or where it says so a path. Everything throws KernelError, told with `name`.
 */

const notFollowed = 0x100
const emptyPath = 0x1000
const removeDirectory = 0x200
const currentDirectory = -100

/** Flags of open(2) that node:fs does not name the same way on every processor, from asm-generic/fcntl.h. */
export const openFlags = {
  readOnly: 0,
  writeOnly: 1,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  nonBlocking: 0o4000,
  closeOnExec: 0o2000000,
  directory: process.arch === 'arm64' ? 0o40000 : 0o200000,
  notFollowed: process.arch === 'arm64' ? 0o100000 : 0o400000,
} as const

/** Opens a directory of the host by its path, links followed. */
export function openHostDirectory(path: string): number {
  const flags = openFlags.directory | openFlags.closeOnExec
  return again(() => libc().openat(currentDirectory, text(path), flags, 0), 'open', path)
}

/** How openBeneath walks: by one call of the kernel (openat2, Linux 5.6), or name by name where there is no such call. */
export type WalkMethod = 'kernel' | 'by-name'

let walkMethod: WalkMethod = 'kernel'

/** Opens the directory at `path` (relative, several names) below `directory`; no link on the way is followed, nor `..`. */
export function openBeneath(directory: number, path: string, method = walkMethod): number {
  if (method === 'by-name') return walkByName(directory, path)
  try {
    return openat2(directory, path)
  } catch (error) {
    const isMissing = error instanceof KernelError && [noSuchCall, notPermitted].includes(error.errno)
    if (!isMissing) throw error
    walkMethod = 'by-name'
    return walkByName(directory, path)
  }
}
const noSuchCall = 38
const notPermitted = 1

const how = Buffer.alloc(24)
const resolve = { beneath: 8n, noSymlinks: 4n, noMagicLinks: 2n } as const

/** openat2(2); the same number on every processor. */
function openat2(directory: number, path: string): number {
  how.writeBigUInt64LE(BigInt(openFlags.directory | openFlags.closeOnExec), 0)
  how.writeBigUInt64LE(0n, 8)
  how.writeBigUInt64LE(resolve.beneath | resolve.noSymlinks | resolve.noMagicLinks, 16)
  const name = bytes(path)
  const call = 437
  return again(
    () => Number(libc().syscall(call, directory, address(name), address(how), how.length, 0)),
    'openat2',
    path,
  )
}

function walkByName(directory: number, path: string): number {
  const flags = openFlags.directory | openFlags.closeOnExec | openFlags.notFollowed
  let here = directory
  for (const name of path.split('/').filter((one) => one !== '' && one !== '.')) {
    if (name === '..') throw new KernelError('open', path, 18)
    const next = again(() => libc().openat(here, bytes(name), flags, 0), 'open', path)
    if (here !== directory) close(here)
    here = next
  }
  return here === directory ? again(() => libc().openat(directory, bytes('.'), flags, 0), 'open', path) : here
}

export function close(fd: number): void {
  libc().close(fd)
}

/** openat(2); a link at `name` is never followed. */
export function openEntry(directory: number, name: string, flags: number, mode = 0): number {
  const all = flags | openFlags.notFollowed | openFlags.closeOnExec
  return again(() => libc().openat(directory, bytes(name), all, mode), 'open', name)
}

/** Gives how many bytes were written: perhaps not all. */
export function write(fd: number, chunk: Uint8Array): number {
  return again(() => Number(libc().write(fd, chunk, chunk.length)), 'write', '')
}

/** Room for so many bytes, without changing the file's size or content. */
export function allocate(fd: number, sizeBytes: number): void {
  const keepSize = 1
  again(() => libc().fallocate(fd, keepSize, 0, sizeBytes), 'fallocate', '')
}

export function makeDirectoryAt(directory: number, name: string, mode: number): void {
  again(() => libc().mkdirat(directory, bytes(name), mode), 'mkdir', name)
}

export function makeFifoAt(directory: number, name: string, mode: number): void {
  again(() => libc().mkfifoat(directory, bytes(name), mode), 'mkfifo', name)
}

/** `to` is what the link holds, as it is. */
export function makeSymlinkAt(to: string, directory: number, name: string): void {
  again(() => libc().symlinkat(bytes(to), directory, bytes(name)), 'symlink', name)
}

/** Another name for a file, also for a symlink itself. */
export function linkAt(directory: number, name: string, toDirectory: number, toName: string): void {
  again(() => libc().linkat(directory, bytes(name), toDirectory, bytes(toName), 0), 'link', toName)
}

export function renameAt(directory: number, name: string, toDirectory: number, toName: string): void {
  again(() => libc().renameat(directory, bytes(name), toDirectory, bytes(toName)), 'rename', toName)
}

export function unlinkAt(directory: number, name: string): void {
  again(() => libc().unlinkat(directory, bytes(name), 0), 'unlink', name)
}

export function removeDirectoryAt(directory: number, name: string): void {
  again(() => libc().unlinkat(directory, bytes(name), removeDirectory), 'rmdir', name)
}

/** For what is no symlink. */
export function changeModeAt(directory: number, name: string, mode: number): void {
  again(() => libc().fchmodat(directory, bytes(name), mode, 0), 'chmod', name)
}

export function changeMode(fd: number, mode: number): void {
  again(() => libc().fchmod(fd, mode), 'chmod', '')
}

export function changeOwnerAt(directory: number, name: string, uid: number, gid: number): void {
  again(() => libc().fchownat(directory, bytes(name), uid, gid, notFollowed), 'chown', name)
}

/** Seconds since 1970, of the last access and the last change alike. A link's own where `name` is one. */
export function changeTimesAt(directory: number, name: string, seconds: number): void {
  again(() => libc().utimensat(directory, bytes(name), times(seconds), notFollowed), 'utimensat', name)
}

export function changeTimes(fd: number, seconds: number): void {
  again(() => libc().futimens(fd, times(seconds)), 'utimens', '')
}

/** What was written to the file, or what happened to names in the directory, is on the disk when this returns. */
export function syncFd(fd: number): void {
  again(() => libc().fsync(fd), 'fsync', '')
}

/** The same for everything of the file system that `fd` is on. */
export function syncFileSystemOf(fd: number): void {
  again(() => libc().syncfs(fd), 'syncfs', '')
}

export interface EntryStatus {
  /** Type and permissions as in stat(2). */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly links: number
  readonly inode: number
  /** Major and minor number in one. */
  readonly device: number
  /** Which mount it is on, where the kernel tells (Linux 5.8): two mounts of one device are two. */
  readonly mount: number | undefined
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly ctimeMs: number
}

const status = Buffer.alloc(256)
/** The basic fields, and the mount's number. */
const statusMask = 0x7ff | 0x1000

/** What is at `name`, links not followed; undefined where nothing is. statx(2), which has one layout on every processor. */
export function statusAt(directory: number, name: string): EntryStatus | undefined {
  return statx(directory, name, notFollowed) ? readStatus() : undefined
}

/** The same of an open file. */
export function statusOf(fd: number): EntryStatus {
  statx(fd, '', emptyPath)
  return readStatus()
}

/** Whether something is there. */
function statx(directory: number, name: string, flags: number): boolean {
  const call = callNumber({ x64: 332, arm64: 291 })
  const path = bytes(name)
  for (;;) {
    const result = libc().syscall(call, directory, address(path), flags, statusMask, address(status))
    if (result >= 0) return true
    // Most that is looked for is not there: no error is made for it.
    const errno = lastErrno()
    if (errno === 2 || errno === 20) return false
    if (errno !== interrupted) throw new KernelError('statx', name, errno)
  }
}

function readStatus(): EntryStatus {
  const hasMount = (status.readUInt32LE(0) & 0x1000) !== 0
  const number = (offset: number): number => status.readUInt32LE(offset) + status.readUInt32LE(offset + 4) * 2 ** 32
  const time = (offset: number): number => {
    const seconds = status.readUInt32LE(offset) + status.readInt32LE(offset + 4) * 2 ** 32
    return seconds * 1000 + status.readUInt32LE(offset + 8) / 1e6
  }
  return {
    links: status.readUInt32LE(16),
    uid: status.readUInt32LE(20),
    gid: status.readUInt32LE(24),
    mode: status.readUInt16LE(28),
    inode: number(32),
    sizeBytes: number(40),
    ctimeMs: time(96),
    mtimeMs: time(112),
    device: status.readUInt32LE(136) * 2 ** 32 + status.readUInt32LE(140),
    mount: hasMount ? number(144) : undefined,
  }
}

const timeBytes = Buffer.alloc(32)

function times(seconds: number): Buffer {
  const whole = Math.floor(seconds)
  for (const offset of [0, 16]) {
    timeBytes.writeBigInt64LE(BigInt(whole), offset)
    timeBytes.writeBigInt64LE(BigInt(Math.round((seconds - whole) * 1e9)), offset + 8)
  }
  return timeBytes
}

/** Calls until no signal came in between. */
function again(call: () => number, name: string, subject: string): number {
  for (;;)
    try {
      return check(call(), name, subject)
    } catch (error) {
      if (!(error instanceof KernelError) || error.errno !== interrupted) throw error
    }
}
const interrupted = 4

function bytes(name: string): Buffer {
  if (name.includes('\0')) throw new Error('a name for the kernel cannot hold a NUL byte')
  return Buffer.from(`${name}\0`, 'latin1')
}

function text(path: string): Buffer {
  if (path.includes('\0')) throw new Error('a path for the kernel cannot hold a NUL byte')
  return Buffer.from(`${path}\0`)
}

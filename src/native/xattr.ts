import { check, KernelError, libc } from './libc.ts'

/**
 * Extended attributes of an open file (xattr(7)). Names and values are bytes, as latin1. In a user namespace the kernel gives
 * `security.capability` without the namespace's own root, as capabilities(7) has it under "Namespaced file capabilities".
 */

/** The names that `fd` has, none where its file system knows no attributes. Throws KernelError. */
export function listXattrs(fd: number): string[] {
  const names = call('flistxattr', '', (buffer) => libc().flistxattr(fd, buffer, mostBytes))
  return names === undefined ? [] : names.split('\0').filter((name) => name !== '')
}

/** The value of one attribute, undefined where the file has none of this name. Throws KernelError. */
export function readXattr(fd: number, name: string): string | undefined {
  return call('fgetxattr', name, (buffer) => libc().fgetxattr(fd, nameBytes(name), buffer, mostBytes))
}

export type XattrOutcome =
  | 'written'
  /** Only a process with more rights could. */
  | 'forbidden'
  /** The file system has no attributes of this kind. */
  | 'unsupported'

/** Sets one attribute. Throws KernelError for everything that is not an outcome. */
export function writeXattr(fd: number, name: string, value: string): XattrOutcome {
  const bytes = Buffer.from(value, 'latin1')
  try {
    check(libc().fsetxattr(fd, nameBytes(name), bytes.length === 0 ? null : bytes, bytes.length, 0), 'fsetxattr', name)
    return 'written'
  } catch (error) {
    if (isErrno(error, [permissionDenied, notPermitted])) return 'forbidden'
    if (isErrno(error, [notSupported])) return 'unsupported'
    throw error
  }
}

const notPermitted = 1
const permissionDenied = 13
const noData = 61
const notSupported = 95

/** XATTR_LIST_MAX and XATTR_SIZE_MAX of linux/limits.h. */
const mostBytes = 65_536
let buffer: Buffer | undefined

function call(name: string, subject: string, read: (buffer: Buffer) => number | bigint): string | undefined {
  buffer ??= Buffer.alloc(mostBytes)
  try {
    const length = check(read(buffer), name, subject)
    return buffer.toString('latin1', 0, length)
  } catch (error) {
    if (isErrno(error, [noData, notSupported])) return undefined
    throw error
  }
}

function isErrno(error: unknown, numbers: readonly number[]): boolean {
  return error instanceof KernelError && numbers.includes(error.errno)
}

function nameBytes(name: string): Buffer {
  if (name.includes('\0')) throw new Error('a name for the kernel cannot hold a NUL byte')
  return Buffer.from(`${name}\0`, 'latin1')
}

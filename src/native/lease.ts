import { callNumber, check, KernelError, libc } from './libc.ts'

/**
 * Whether somebody has the file of `fd`, which is open for reading, open for writing: such a file gets no read lease (fcntl(2),
 * F_SETLEASE). Undefined where this process or file system can have none.
 */
export function hasWriters(fd: number): boolean | undefined {
  try {
    setLease(fd, readLease)
    setLease(fd, noLease)
    return false
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    return error.errno === wouldBlock ? true : undefined
  }
}

const readLease = 0
const noLease = 2
const wouldBlock = 11

function setLease(fd: number, kind: number): void {
  const fcntl = callNumber({ x64: 72, arm64: 25 })
  const setLeaseCommand = 1024
  check(libc().syscall(fcntl, fd, setLeaseCommand, kind, 0, 0), 'fcntl', 'lease')
}

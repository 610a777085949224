import { check, cString, libc } from './libc.ts'

/** Makes a named pipe (mkfifo(3)). Throws KernelError. */
export function makeNamedPipe(path: string, mode: number): void {
  check(libc().mkfifo(cString(path), mode), 'mkfifo', path)
}

/** How many bytes wait in an open pipe to be read (FIONREAD). Throws KernelError. */
export function bytesWaiting(fd: number): number {
  const fionread = 0x541b
  const count = Buffer.alloc(4)
  check(libc().ioctl(fd, fionread, count), 'ioctl', 'FIONREAD')
  return count.readInt32LE(0)
}

import { check, libc } from './libc.ts'

/** Both ends of a new pipe, as file descriptors that no program inherits unless it is given them. */
export interface Pipe {
  readonly readEnd: number
  readonly writeEnd: number
}

/**
 * pipe2(2). A real pipe, where Bun and Node give programs a socket: `echo >/dev/stderr` opens what is behind
 * /proc/self/fd/2, and a socket cannot be opened. Throws KernelError.
 */
export function openPipe(): Pipe {
  const closeOnExec = 0o2000000
  const ends = Buffer.alloc(8)
  check(libc().pipe2(ends, closeOnExec), 'pipe2', '')
  return { readEnd: ends.readInt32LE(0), writeEnd: ends.readInt32LE(4) }
}

import { libc } from './libc.ts'

/** Tries to lock an open file for this process alone (flock(2)); false when another process holds it. */
export function tryLock(fd: number): boolean {
  const exclusiveNoWait = 2 | 4
  return libc().flock(fd, exclusiveNoWait) === 0
}

/** The same for this process and others that share it; false while another one has it alone. */
export function tryLockShared(fd: number): boolean {
  const sharedNoWait = 1 | 4
  return libc().flock(fd, sharedNoWait) === 0
}

import { libc } from './libc.ts'

/** Tries to lock an open file for this process alone (flock(2)); false when another process holds it. */
export function tryLock(fd: number): boolean {
  const exclusiveNoWait = 2 | 4
  return libc().flock(fd, exclusiveNoWait) === 0
}

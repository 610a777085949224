import { check, cString, libc } from './libc.ts'

/** sethostname(2). Throws KernelError. */
export function setHostName(name: string): void {
  check(libc().sethostname(cString(name), Buffer.byteLength(name)), 'sethostname', name)
}

/** Ends every process of this pid namespace but the caller, which must be its init. */
export function killAllOthers(): void {
  // ESRCH is success: there is nobody left.
  libc().kill(-1, 9)
}

import { address, callNumber, check, cString, libc } from './libc.ts'

/** sethostname(2). Throws KernelError. */
export function setHostName(name: string): void {
  check(libc().sethostname(cString(name), Buffer.byteLength(name)), 'sethostname', name)
}

/** Leaves the terminal's session (setsid(2)): without it nothing can be typed into that terminal. Throws KernelError. */
export function leaveTerminal(): void {
  check(libc().setsid(), 'setsid', '')
}

/**
 * Takes away the runtime's handlers of fatal signals: an init without handlers cannot be ended by signals from inside its
 * namespace, which the kernel ignores then.
 */
export function ignoreFatalSignals(): void {
  const fatal = { ILL: 4, TRAP: 5, ABRT: 6, BUS: 7, FPE: 8, SEGV: 11, SYS: 31 }
  for (const signal of Object.values(fatal)) libc().signal(signal, 0)
}

/** Leaves the cgroup namespace: the cgroup that this process is in becomes the root of what it can see. Throws KernelError. */
export function enterCgroupNamespace(): void {
  const unshare = callNumber({ x64: 272, arm64: 97 })
  const newCgroup = 0x0200_0000
  check(libc().syscall(unshare, newCgroup, 0, 0, 0, 0), 'unshare', 'cgroup namespace')
}

/** Ends every process of this pid namespace but the caller. Does nothing for a caller that is not its init. */
export function killAllOthers(): void {
  if (process.pid !== 1) return
  // ESRCH is success: there is nobody left.
  libc().kill(-1, 9)
}

/**
 * Takes note of every ended child but `own`, whose ending somebody else waits for. An init must: a script that waits until
 * a daemon is gone (`kill -0`) would wait for its zombie for ever.
 */
export function reapOrphans(own: number): void {
  const waitId = callNumber({ x64: 247, arm64: 95 })
  const anyChild = 0
  const exitedNoHangNoWait = 4 | 1 | 0x01000000
  const info = Buffer.alloc(128)
  for (;;) {
    info.fill(0)
    if (libc().syscall(waitId, anyChild, 0, address(info), exitedNoHangNoWait, 0) < 0) return
    const child = info.readInt32LE(16)
    if (child === 0 || child === own) return
    libc().waitpid(child, null, 1)
  }
}

import { address, callNumber, check, libc } from './libc.ts'

/**
 * Capabilities by number, from linux/capability.h: those that a build may need inside its own tree. With `setfcap` it gives
 * capabilities to programs that it installs (setcap): nobody can run them there, since every mount it can write is nosuid and
 * its directories are private, and what it cannot write it cannot give any.
 */
const buildCapabilities = {
  chown: 0,
  dacOverride: 1,
  fowner: 3,
  fsetid: 4,
  kill: 5,
  setgid: 6,
  setuid: 7,
  sysChroot: 18,
  setfcap: 31,
} as const

const prSetNoNewPrivileges = 38
const prCapabilityBoundingSetDrop = 24
const prSetDumpable = 4

/** From here on no program gains rights by setuid or file capabilities. Throws KernelError. */
export function setNoNewPrivileges(): void {
  check(libc().prctl(prSetNoNewPrivileges, 1, 0, 0, 0), 'prctl', 'no_new_privs')
}

/** No other process may look into this one through /proc or ptrace. Throws KernelError. */
export function setUndumpable(): void {
  check(libc().prctl(prSetDumpable, 0, 0, 0, 0), 'prctl', 'dumpable')
}

/**
 * Leaves this thread, and every process started from it, only the capabilities that a build may need for its own files: no
 * mounts, no devices, no network, no tracing. Throws KernelError.
 */
export function dropCapabilities(): void {
  const kept: ReadonlySet<number> = new Set(Object.values(buildCapabilities))
  for (let capability = 0; capability < 64; capability++) {
    if (kept.has(capability)) continue
    // EINVAL: the kernel has no capability of this number, so none above it either.
    if (libc().prctl(prCapabilityBoundingSetDrop, capability, 0, 0, 0) < 0) break
  }
  const header = Buffer.alloc(8)
  header.writeUInt32LE(0x20080522, 0)
  const mask = [...kept].reduce((bits, capability) => bits | (1 << capability), 0) >>> 0
  const data = Buffer.alloc(24)
  data.writeUInt32LE(mask, 0)
  data.writeUInt32LE(mask, 4)
  const capset = callNumber({ x64: 126, arm64: 91 })
  check(libc().syscall(capset, address(header), address(data), 0, 0, 0), 'capset', '')
}

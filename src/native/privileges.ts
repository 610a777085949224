import { address, callNumber, check, libc } from './libc.ts'

/**
 * Capabilities by number, from linux/capability.h: those that a build may need inside its own tree, which is all of these. With `setfcap` it gives
 * capabilities to programs that it installs (setcap): nobody can run them there, since every mount it can write is nosuid and
 * its directories are private, and what it cannot write it cannot give any.
 */
const numbers = {
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

export type Capability = keyof typeof numbers

const buildCapabilities = Object.keys(numbers) as readonly Capability[]

const prSetParentDeathSignal = 1
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

/** The kernel ends this process when the one that started it ends, also after becomeProgram. Throws KernelError. */
export function dieWithParent(): void {
  const kill = 9
  check(libc().prctl(prSetParentDeathSignal, kill, 0, 0, 0), 'prctl', 'death signal')
}

/**
 * Leaves this thread, and every process started from it, only the capabilities that a build may need for its own files, or
 * `wanted`, of those that it has: no mounts, no devices, no network, no tracing. Throws KernelError.
 */
export function dropCapabilities(wanted: readonly Capability[] = buildCapabilities): void {
  const kept = new Set<number>(wanted.map((name) => numbers[name]))
  for (let capability = 0; capability < 64; capability++) {
    if (kept.has(capability)) continue
    // EINVAL: the kernel has no capability of this number, so none above it either. EPERM: this process has none to give up.
    if (libc().prctl(prCapabilityBoundingSetDrop, capability, 0, 0, 0) < 0) break
  }
  const header = Buffer.alloc(8)
  header.writeUInt32LE(0x20080522, 0)
  const data = Buffer.alloc(24)
  const capget = callNumber({ x64: 125, arm64: 90 })
  check(libc().syscall(capget, address(header), address(data), 0, 0, 0), 'capget', '')
  const permitted = data.readUInt32LE(4)
  const mask = [...kept].reduce((bits, capability) => bits | (1 << capability), 0) & permitted
  data.fill(0)
  data.writeUInt32LE(mask >>> 0, 0)
  data.writeUInt32LE(mask >>> 0, 4)
  const capset = callNumber({ x64: 126, arm64: 91 })
  check(libc().syscall(capset, address(header), address(data), 0, 0, 0), 'capset', '')
}

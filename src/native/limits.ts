import { address, callNumber, check, libc } from './libc.ts'

/** Resources of setrlimit(2), by their numbers on x86-64 and arm64. */
const resources = { data: 2, core: 4, processes: 6 } as const

/** Limits this process, or another, and all that it starts from now on, for good. Throws KernelError. */
export function limitResource(resource: keyof typeof resources, most: number, id = 0): void {
  const limits = Buffer.alloc(16)
  limits.writeBigUInt64LE(BigInt(most), 0)
  limits.writeBigUInt64LE(BigInt(most), 8)
  const prlimit = callNumber({ x64: 302, arm64: 261 })
  check(libc().syscall(prlimit, id, resources[resource], address(limits), 0, 0), 'prlimit', resource)
}

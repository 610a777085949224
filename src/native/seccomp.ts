import { address, callNumber, check, libc } from './libc.ts'

/**
 * Restricts every thread of this process, and every process started from it, to what `program` allows: a classic BPF program as
 * linux/filter.h lays it out, eight bytes an instruction. Needs no_new_privs (which all threads get) or CAP_SYS_ADMIN. Throws
 * KernelError.
 */
export function filterSystemCalls(program: Uint8Array): void {
  const seccomp = callNumber({ x64: 317, arm64: 277 })
  const setModeFilter = 1
  const allThreads = 1
  const description = Buffer.alloc(16)
  description.writeUInt16LE(program.length / 8, 0)
  description.writeBigUInt64LE(BigInt(address(program)), 8)
  const result = libc().syscall(seccomp, setModeFilter, allThreads, address(description), 0, 0)
  // A thread that cannot be restricted is named by its number.
  if (check(result, 'seccomp', '') > 0) throw new Error(`seccomp: thread ${result} has a filter of its own`)
}

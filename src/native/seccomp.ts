import { address, check, libc } from './libc.ts'

/**
 * Restricts this thread, and every process started from it, to what `program` allows: a classic BPF program as linux/filter.h
 * lays it out, eight bytes an instruction. Needs no_new_privs or CAP_SYS_ADMIN. Throws KernelError.
 */
export function filterSystemCalls(program: Uint8Array): void {
  const prSetSeccomp = 22
  const modeFilter = 2
  const description = Buffer.alloc(16)
  description.writeUInt16LE(program.length / 8, 0)
  description.writeBigUInt64LE(BigInt(address(program)), 8)
  check(libc().prctl(prSetSeccomp, modeFilter, address(description), 0, 0), 'prctl', 'seccomp')
}

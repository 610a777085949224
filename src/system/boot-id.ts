import { readFileSync } from 'node:fs'

/** Names the running boot of this machine: another one means that unsynced writes may be lost. Empty where unknown. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

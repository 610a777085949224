import { limitResource } from '../native/limits.ts'
import { readText } from '../system/files.ts'

/**
 * From here on this process and its programs get at most `bytes` of memory more than what their runtime has reserved already, which
 * is far more than it uses.
 */
export function limitMemory(bytes: number): void {
  const reserved = /^VmData:\s+(\d+) kB$/m.exec(readText('/proc/self/status'))?.[1]
  if (reserved !== undefined) limitResource('data', Number(reserved) * 1024 + bytes)
}

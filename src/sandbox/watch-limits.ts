import { totalmem } from 'node:os'
import type { BuildLimits } from '../model/build-limits.ts'
import { diskSpace } from '../system/disk-space.ts'

/** The limit that ended a sandbox, or made it fail. */
export type ExceededLimit = 'time' | 'silence' | 'free' | 'memory' | 'processes'

/** Watches one running sandbox from outside. */
export interface LimitWatch extends Disposable {
  /** Aborted when the sandbox is to be ended. */
  readonly signal: AbortSignal
  /** Why, then. */
  readonly exceeded: () => ExceededLimit | undefined
  /** The sandbox has said something. */
  readonly heard: () => void
}

/** Begins to count; `directories` are where the sandbox, and what keeps its output, write. */
export function watchLimits({ time, silence, free }: BuildLimits, directories: readonly string[]): LimitWatch {
  const abort = new AbortController()
  let exceeded: ExceededLimit | undefined
  const end = (limit: ExceededLimit): void => {
    exceeded ??= limit
    abort.abort()
  }
  const started = performance.now()
  let heardAt = started
  const disks = free === undefined ? [] : directories.map((path) => ({ path, reserve: freeBytes(free, path) }))
  const check = (): void => {
    const now = performance.now()
    if (time !== undefined && now - started >= time) end('time')
    else if (silence !== undefined && now - heardAt >= silence) end('silence')
    else if (disks.some(isNearlyFull)) end('free')
  }
  const shortest = Math.min(time ?? Infinity, silence ?? Infinity, disks.length > 0 ? 1000 : Infinity)
  const timer = shortest === Infinity ? undefined : setInterval(check, Math.min(1000, Math.max(10, shortest / 4)))
  return {
    signal: abort.signal,
    exceeded: () => exceeded,
    heard: () => {
      heardAt = performance.now()
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

function isNearlyFull({ path, reserve }: { readonly path: string; readonly reserve: number }): boolean {
  try {
    return diskSpace(path).freeBytes < reserve
  } catch {
    // What cannot be looked at any more is for the build itself to tell.
    return false
  }
}

/** How much space must stay where `directory` is, in bytes: what was asked for, or what a machine needs to stay usable. */
export function freeBytes(free: number | 'default', directory: string): number {
  return free === 'default' ? Math.min(256 * 1024 ** 2, diskSpace(directory).sizeBytes / 100) : free
}

/** The memory limit in bytes. */
export function memoryBytes(memory: BuildLimits['memory']): number | undefined {
  return typeof memory === 'object' ? Math.floor(totalmem() * memory.share) : memory
}

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

/** Begins to count; `directory` is where the sandbox writes. */
export function watchLimits({ time, silence, free }: BuildLimits, directory: string): LimitWatch {
  const abort = new AbortController()
  let exceeded: ExceededLimit | undefined
  const end = (limit: ExceededLimit): void => {
    exceeded ??= limit
    abort.abort()
  }
  const started = performance.now()
  let heardAt = started
  const reserve = free === undefined ? 0 : freeBytes(free, directory)
  const check = (): void => {
    const now = performance.now()
    if (time !== undefined && now - started >= time) end('time')
    else if (silence !== undefined && now - heardAt >= silence) end('silence')
    else if (reserve > 0 && diskSpace(directory).freeBytes < reserve) end('free')
  }
  const shortest = Math.min(time ?? Infinity, silence ?? Infinity, reserve > 0 ? 1000 : Infinity)
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

/** How much space must stay: what was asked for, or what a machine needs to stay usable. */
function freeBytes(free: number | 'default', directory: string): number {
  return free === 'default' ? Math.min(256 * 1024 ** 2, diskSpace(directory).sizeBytes / 100) : free
}

/** The memory limit in bytes. */
export function memoryBytes(memory: BuildLimits['memory']): number | undefined {
  return typeof memory === 'object' ? Math.floor(totalmem() * memory.share) : memory
}

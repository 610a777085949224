import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { CacheEntry } from '../model/cache-entry.ts'
import { claimDirectory, removeAbandonedIn } from '../system/claimed-directory.ts'
import { linkInfo, tryRename } from '../system/files.ts'
import { takeUseLock } from '../system/use-lock.ts'
import { listCache } from './list-cache.ts'

function useLockOf(cacheDirectory: string): string {
  return join(cacheDirectory, 'kith', 'in-use')
}

/** What is to be removed, until all of it is gone. */
export function trashDirectoryOf(cacheDirectory: string): string {
  return join(cacheDirectory, 'kith', 'trash')
}

/**
 * Until this process ends nothing goes from the cache. Waits, and says so, while another one removes something. Where there can be no lock,
 * nobody can remove anything either. Throws `interrupted`.
 */
export async function holdCache(
  cacheDirectory: string,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): Promise<void> {
  const path = useLockOf(cacheDirectory)
  const waiting = (): boolean => {
    emit({ kind: 'lock-waiting', path })
    return true
  }
  try {
    const lock = await takeUseLock(path, { mode: 'shared', waiting, signal })
    if (lock === undefined) throw new KithError('interrupted', {})
  } catch (error) {
    if (!(error instanceof KithError) || error.code !== 'io-failed') throw error
  }
}

export interface CleanOptions {
  readonly cacheDirectory: string
  /** Whether to wait until no other kith uses the cache. */
  readonly waits: boolean
}

/**
 * Removes entries of the cache while no other kith uses it; what has changed since it was listed stays. Each is renamed away first: killed
 * half-way, none is there in part. Gives what is gone. Throws `cache-in-use`, `interrupted`, `io-failed`.
 */
export async function cleanCache(
  entries: readonly CacheEntry[],
  { cacheDirectory, waits }: CleanOptions,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): Promise<CacheEntry[]> {
  const path = useLockOf(cacheDirectory)
  const waiting = (): boolean => {
    if (waits) emit({ kind: 'lock-waiting', path })
    return waits
  }
  using lock = await takeUseLock(path, { mode: 'alone', waiting, signal })
  if (signal.aborted) throw new KithError('interrupted', {})
  if (lock === undefined) throw new KithError('cache-in-use', { path: cacheDirectory })
  const now = new Map(listCache(cacheDirectory).map((entry) => [identity(entry), entry]))
  removeAbandonedIn(trashDirectoryOf(cacheDirectory))
  using trash = claimDirectory(join(trashDirectoryOf(cacheDirectory), String(process.pid)))
  let count = 0
  return entries.filter((entry) => {
    const there = now.get(identity(entry))
    for (const one of there?.paths ?? [])
      if (linkInfo(join(cacheDirectory, one)) !== undefined)
        tryRename(join(cacheDirectory, one), join(trash.path, String(count++)))
    return there !== undefined
  })
}

function identity({ kind, name, madeMs }: CacheEntry): string {
  return `${kind} ${madeMs} ${name}`
}

import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { type FileLock, lockFile } from '../system/file-lock.ts'
import { cacheKey } from './cache-path.ts'
import type { FetchSettings } from './fetch-settings.ts'

/** Only one process at a time fetches what lies at `path`. Says so when it waits. Throws `interrupted`, `io-failed`. */
export async function lockSource(
  path: string,
  { cacheDirectory }: Pick<FetchSettings, 'cacheDirectory'>,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): Promise<FileLock> {
  const lockPath = join(cacheDirectory, 'kith/locks', cacheKey(path))
  const lock = await lockFile(lockPath, () => emit({ kind: 'lock-waiting', path: lockPath }), signal)
  if (lock === undefined) throw new KithError('interrupted', {})
  return lock
}

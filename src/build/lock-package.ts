import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { type FileLock, lockFile } from '../system/file-lock.ts'

/**
 * Only one process at a time builds a package into a cache, or puts an artifact of it where kiss looks: whoever waited finds what the
 * other one made. Says so when it waits. Throws `interrupted`, `io-failed`.
 */
export async function lockPackage(
  name: PackageName,
  cacheDirectory: string,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): Promise<FileLock> {
  const path = join(cacheDirectory, 'kith/locks', `build-${name}`)
  const lock = await lockFile(path, () => emit({ kind: 'lock-waiting', path }), signal)
  if (lock === undefined) throw new KithError('interrupted', {})
  return lock
}

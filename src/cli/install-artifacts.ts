import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { installPackage } from '../store/install-package.ts'
import { lockFile } from '../system/file-lock.ts'
import type { Invocation } from './command.ts'

/** Installs tarballs in the order given, under the lock; exit status 1 where a package's script failed. */
export async function installArtifacts(
  artifacts: readonly string[],
  { config, context, environment }: Pick<Invocation, 'config' | 'context' | 'environment'>,
): Promise<number> {
  const { root, isForced, refusesConflicts } = config
  return await withLock(config, context, async () => {
    let isWell = true
    for (const artifact of artifacts)
      isWell = (await installPackage(artifact, { root, isForced, refusesConflicts, environment }, context)) && isWell
    return isWell ? 0 : 1
  })
}

/** Runs `body` while no other kith changes a root; waits for the other, with a notice. */
export async function withLock(config: Config, context: Context, body: () => Promise<number>): Promise<number> {
  const path = join(config.cacheDirectory, 'lock')
  using lock = await lockFile(path, () => context.emit({ kind: 'lock-waiting', path }), context.signal)
  if (lock === undefined) throw new KithError('interrupted', {})
  return await body()
}

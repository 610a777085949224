import { join } from 'node:path'
import type { Context } from '../events/context.ts'
import { bytesText } from '../model/tree-path.ts'
import { versionLabel } from '../model/version.ts'
import { applyTransaction } from './apply.ts'
import { databasePath } from './installed-database.ts'
import { runPackageScript } from './package-script.ts'
import { planPackage } from './plan-package.ts'
import { tellRefusedXattrs } from './refused-xattrs.ts'
import type { StagedPackage } from './staging.ts'

export interface InstallSettings {
  readonly root: string
  readonly isForced: boolean
  readonly refusesConflicts: boolean
  /** For package scripts. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Installs a staged package into a root, which the caller has locked: planned, applied, then its post-install script. Gives
 * whether the script was well. Throws what planPackage throws, and `io-failed`.
 */
export async function installPackage(
  staged: StagedPackage,
  settings: InstallSettings,
  context: Context,
): Promise<boolean> {
  const { root } = settings
  const { name } = staged
  await context.hooks.run('pre-install', [name, staged.directory])
  context.emit({ kind: 'install-started', package: name, artifact: staged.artifact })
  const { transaction, besideEtc, keptEtc } = await planPackage(staged, settings, context)
  const refusedXattrs = applyTransaction(transaction, root, staged.directory)
  tellRefusedXattrs(name, [...staged.refusedXattrs, ...refusedXattrs], context)
  for (const path of besideEtc)
    context.emit({ kind: 'etc-kept', package: name, path: bytesText(path), outcome: 'saved-new' })
  for (const path of keptEtc)
    context.emit({ kind: 'etc-kept', package: name, path: bytesText(path), outcome: 'not-removed' })
  const wasWell = await runPackageScript('post-install', name, root, settings.environment, context)
  await context.hooks.run('post-install', [name, join(root || '/', databasePath, name)])
  const files = staged.entries.filter(({ isDirectory }) => !isDirectory).length
  context.emit({ kind: 'installed', package: name, version: versionLabel(staged.version), files })
  return wasWell
}

import { join } from 'node:path'
import type { Context } from '../events/context.ts'
import { bytesText, textTreePath } from '../model/tree-path.ts'
import { planObsolete } from '../plan/obsolete.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { applyTransaction } from './apply.ts'
import { gatherOldEntries } from './install-facts.ts'
import type { InstallSettings } from './install-package.ts'
import { databasePath, type InstalledPackage } from './installed-database.ts'
import { runPackageScript } from './package-script.ts'
import { readRemovalState } from './package-state.ts'

/**
 * Removes one installed package from a root that the caller has locked: its pre-remove script, then its files; edited /etc
 * files stay. Gives whether the script was well. Throws `database-invalid`, `hook-failed`, `io-failed`.
 */
export async function removePackage(
  { name, directory }: InstalledPackage,
  settings: Omit<InstallSettings, 'refusesConflicts'>,
  context: Context,
): Promise<boolean> {
  const { root, isForced } = settings
  const entry = textTreePath(`${databasePath}/${name}`)
  const state = readRemovalState(directory, { root, entry, isForced })
  const wasWell = await runPackageScript('pre-remove', name, root, settings.environment, context)
  await context.hooks.run('pre-remove', [name, join(root || '/', databasePath, name)])
  const physical = new PhysicalPaths(root)
  const old = await gatherOldEntries(state, physical)
  const { operations, keptEtc } = planObsolete({ old, entry: physical.place(entry), needed: new Set() })
  applyTransaction({ package: name, operations }, root, root)
  for (const path of keptEtc)
    context.emit({ kind: 'etc-kept', package: name, path: bytesText(path), outcome: 'not-removed' })
  context.emit({ kind: 'removed', package: name })
  return wasWell
}

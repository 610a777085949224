import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { bytesText, type TreePath } from '../model/tree-path.ts'
import { versionLabel } from '../model/version.ts'
import type { InstallChange } from '../plan/transaction.ts'
import { runDueScript } from './due-scripts.ts'
import type { InstallSettings } from './install-settings.ts'
import { databasePath } from './installed-database.ts'

type FinishSettings = Pick<InstallSettings, 'root' | 'environment'>

/**
 * What comes after packages are in place, one after the other: what happened to /etc is told, then their post-install scripts
 * and the user's hooks run. A script or hook that fails is told and holds up nothing. Gives whether all were well. What else
 * is thrown is thrown at the end, since every package is installed by now.
 */
export async function finishInstallation(
  changes: readonly InstallChange[],
  settings: FinishSettings,
  context: Context,
): Promise<boolean> {
  const failures: unknown[] = []
  let isWell = true
  for (const change of changes)
    try {
      isWell = (await finishPackage(change, settings, context)) && isWell
    } catch (error) {
      failures.push(error)
    }
  const waiting = changes.reduce((count, { besideEtc }) => count + besideEtc.length, 0)
  const text = `${waiting} new ${waiting === 1 ? 'version waits' : 'versions wait'} in /etc: kith etc`
  if (waiting > 0) context.emit({ kind: 'notice', level: 'info', text })
  if (failures.length > 0) throw failures[0]
  return isWell
}

async function finishPackage(change: InstallChange, settings: FinishSettings, context: Context): Promise<boolean> {
  const { package: name, version, files, besideEtc, keptEtc } = change
  const tellKept = (path: TreePath, outcome: 'saved-new' | 'not-removed'): void =>
    context.emit({ kind: 'etc-kept', package: name, path: bytesText(path), outcome })
  for (const path of besideEtc) tellKept(path, 'saved-new')
  for (const path of keptEtc) tellKept(path, 'not-removed')
  const isScriptWell = await runDueScript(name, settings, context)
  const isHookWell = await runHook(change, settings, context)
  context.emit({ kind: 'installed', package: name, version: versionLabel(version), files })
  return isScriptWell && isHookWell
}

async function runHook(
  { package: name }: InstallChange,
  { root }: FinishSettings,
  { hooks, emit }: Context,
): Promise<boolean> {
  try {
    await hooks.run('post-install', [name, join(root || '/', databasePath, name)])
    return true
  } catch (error) {
    if (!isKithError(error, 'hook-failed')) throw error
    emit({ kind: 'hook-failed', package: name, hook: error.details.hook, status: error.details.status })
    return false
  }
}

import { join } from 'node:path'
import type { Context } from '../events/context.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, type TreePath, textTreePath } from '../model/tree-path.ts'
import type { InstallChange, Transaction } from '../plan/transaction.ts'
import type { RefusedXattr } from '../system/file-xattrs.ts'
import { makeDirectory } from '../system/files.ts'
import { diskTree, type TreeView } from '../system/tree-view.ts'
import { applyTransaction, type PreviewedChange, previewTransaction } from './apply-transaction.ts'
import { finishInstallation } from './finish-installation.ts'
import type { InstallSettings } from './install-settings.ts'
import { tellLostLibraries } from './lost-libraries.ts'
import { planInstallation } from './plan-installation.ts'
import { tellNewPrivileges } from './privileged-files.ts'
import { tellRefusedXattrs } from './refused-xattrs.ts'
import { requireGoingOn } from './require-going-on.ts'
import { treePath } from './stage-changes.ts'
import { type InstallRequest, stageClosure } from './stage-closure.ts'
import { type StagedPackage, stageAgain } from './staging.ts'
import { makeDirectories } from './state-directory.ts'
import { type TransactionSpace, withSpace } from './transaction-space.ts'

/**
 * Installs packages and, unless forced, what they need to run and is not installed, into a root that the caller has locked.
 * All are unpacked, checked and planned before anything is changed: what is thrown until then leaves the root as it was.
 * Scripts and post-install hooks run when everything is in place. Gives whether all of them were well. Throws what
 * stageClosure and planInstallation throw, `hook-failed` of a pre-install hook, `interrupted` and `io-failed`.
 */
export async function installPackages(
  request: InstallRequest,
  settings: InstallSettings,
  context: Context,
): Promise<boolean> {
  const changes = await withSpace(settings.root, (space) => installInto(space, request, settings, context))
  return await finishInstallation(changes, settings, context)
}

/**
 * What installPackages would do, if hooks change nothing: `directory` is where packages are unpacked for it. Throws what it throws before
 * it changes anything.
 */
export async function previewInstallation(
  request: InstallRequest,
  { directory, ...settings }: InstallSettings & { readonly directory: string },
  context: Pick<Context, 'emit' | 'signal'>,
): Promise<PreviewedChange[]> {
  const placeFor = (name: PackageName): string => {
    makeDirectory(join(directory, name))
    return join(directory, name)
  }
  const packages = await stageClosure(request, settings, { context, placeFor })
  tellLostLibraries(packages, settings.root, context)
  const transaction = await planInstallation(packages, settings)
  for (const change of transaction.changes) tellConflicts(change, context)
  const views = new Map<string, TreeView>(packages.map((one) => [one.name, diskTree(one.directory)]))
  return previewTransaction(transaction, { root: settings.root, views })
}

async function installInto(
  space: TransactionSpace,
  request: InstallRequest,
  settings: InstallSettings,
  context: Context,
): Promise<readonly InstallChange[]> {
  // Where most of what packages have will live.
  const area = space.areaOf(textTreePath('/usr/bin'))
  const placeFor = (name: PackageName): string => makeStagingTree(space, area, name)
  const unpacked = await stageClosure(request, settings, { context, placeFor })
  for (const staged of unpacked) tellNewPrivileges(staged, settings, context)
  tellLostLibraries(unpacked, settings.root, context)
  const packages = await runPreInstall(unpacked, settings, context)
  const transaction = await planInstallation(packages, settings)
  requireGoingOn(context.signal)
  for (const change of transaction.changes) tellStart(change, context)
  const trees = new Map(packages.map(({ name }) => [name, { kind: 'staging', area, path: treePath(name) } as const]))
  const refused = applyTransaction(transaction, space, { command: 'install', trees })
  tellRefused(packages, { transaction, refused }, context)
  return transaction.changes
}

/** The user's hooks may change what was unpacked: where there are any, it is looked at again. */
async function runPreInstall(
  packages: readonly StagedPackage[],
  { isForced }: Pick<InstallSettings, 'isForced'>,
  context: Context,
): Promise<readonly StagedPackage[]> {
  if (!context.hooks.isActive) return packages
  const again: StagedPackage[] = []
  for (const staged of packages) {
    requireGoingOn(context.signal)
    await context.hooks.run('pre-install', [staged.name, staged.directory])
    again.push(await stageAgain(staged, isForced))
  }
  return again
}

/** Makes the directory that a package is unpacked into; gives its path on the host. */
function makeStagingTree(space: TransactionSpace, area: number, name: PackageName): string {
  const staging = space.staging(area)
  makeDirectories(staging, treePath(name), 0o755)
  return staging.directory + bytesText(treePath(name))
}

function tellStart(change: InstallChange, context: Pick<Context, 'emit'>): void {
  context.emit({ kind: 'install-started', package: change.package, artifact: change.artifact })
  tellConflicts(change, context)
}

function tellConflicts({ package: name, conflicts }: InstallChange, { emit }: Pick<Context, 'emit'>): void {
  for (const { path, owner } of conflicts) emit({ kind: 'conflict-found', package: name, path: bytesText(path), owner })
}

interface Refusals {
  readonly transaction: Transaction
  readonly refused: readonly RefusedXattr[]
}

/** What could not be set while unpacking, and what not in the places where files went. */
function tellRefused(
  packages: readonly StagedPackage[],
  { transaction, refused }: Refusals,
  context: Pick<Context, 'emit'>,
): void {
  const placedFor = new Map<TreePath, string>()
  for (const one of transaction.operations) if (one.kind === 'place') placedFor.set(one.path, one.staged.tree)
  for (const { name, refusedXattrs } of packages) {
    const later = refused.filter(({ path }) => placedFor.get(path) === name)
    tellRefusedXattrs(name, [...refusedXattrs, ...later], context)
  }
}

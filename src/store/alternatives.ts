import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { type Choice, choicesDirectory, parseChoiceName } from '../model/choice-name.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, type TreePath, textTreePath } from '../model/tree-path.ts'
import { choicePath } from '../plan/conflicts.ts'
import { planSwap, type SwapParty } from '../plan/swap-transaction.ts'
import { isDirectory } from '../system/files.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { treeEntry, treeNames } from '../system/tree.ts'
import { applyTransaction } from './apply.ts'
import { databasePath, type InstalledPackage, loadInstalled, readManifest } from './installed-database.ts'
import { findOwners } from './owners.ts'

/** The choices of a root, in bytewise order of its file's name. */
export function listChoices(root: string): Choice[] {
  if (!isDirectory(join(root || '/', choicesDirectory))) return []
  return treeNames(root, textTreePath(choicesDirectory)).flatMap((name) => parseChoiceName(name) ?? [])
}

/**
 * Who has each path that has a choice, owner by owner in the order of their manifests. With `only`, the paths of that
 * package. Throws `not-installed`.
 */
export function listPreferred(root: string, only?: PackageName): Choice[] {
  const installed = loadInstalled(root)
  if (only !== undefined && !installed.has(only)) throw new KithError('not-installed', { name: only })
  const physical = new PhysicalPaths(root)
  const chosen = new Set(listChoices(root).map(({ path }) => physical.place(path)))
  return [...installed.values()].flatMap(({ name, directory }) => {
    if (chosen.size === 0 || (only !== undefined && name !== only)) return []
    const files = readManifest(directory).filter(({ isDirectory }) => !isDirectory)
    return files.filter(({ path }) => chosen.has(physical.place(path))).map(({ path }) => ({ package: name, path }))
  })
}

/**
 * Makes `name` the package whose file is at `path`; the file that was there becomes a choice of its owner. Throws
 * `not-installed`, `alternative-unknown`, `alternative-not-owned` before anything changes.
 */
export function swapAlternative(name: PackageName, path: TreePath, root: string): void {
  const installed = loadInstalled(root)
  const incoming = installed.get(name)
  if (incoming === undefined) throw new KithError('not-installed', { name })
  const choice = choicePath(name, path)
  if (treeEntry(root, choice) === undefined)
    throw new KithError('alternative-unknown', { package: name, path: bytesText(path) })
  const physical = new PhysicalPaths(root)
  const place = physical.place(path)
  const owner = findOwners(new Set([place]), installed.values(), physical).get(place)
  const outgoing = owner === undefined ? undefined : installed.get(owner)
  if (outgoing === undefined && treeEntry(root, place) !== undefined)
    throw new KithError('alternative-not-owned', { path: bytesText(path) })
  const transaction = planSwap({
    incoming: partyOf(incoming),
    outgoing: outgoing && partyOf(outgoing),
    path,
    place,
    placeOf: (listed) => physical.place(listed),
  })
  applyTransaction(transaction, root, root)
}

function partyOf({ name, directory }: InstalledPackage): SwapParty {
  return { name, entry: textTreePath(`${databasePath}/${name}`), manifest: readManifest(directory) }
}

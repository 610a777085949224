import { KithError } from '../errors/kith-error.ts'
import { type Choice, choicesDirectory, parseChoiceName } from '../model/choice-name.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, type TreePath, textTreePath } from '../model/tree-path.ts'
import { choicePath } from '../plan/conflicts.ts'
import { planSwap, type SwapParty } from '../plan/swap-transaction.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { diskTree, type TreeView } from '../system/tree-view.ts'
import { applyTransaction } from './apply.ts'
import { type InstalledPackage, readInstalled, readManifest } from './installed-database.ts'
import { findOwners } from './owners.ts'

/** The choices of a root, in bytewise order of its file's name. */
export function listChoices(root: string): Choice[] {
  const tree = diskTree(root)
  const directory = new PhysicalPaths(tree).target(textTreePath(choicesDirectory))
  if (tree.entry(directory)?.kind !== 'directory') return []
  return tree.names(directory).flatMap((name) => parseChoiceName(name) ?? [])
}

/**
 * Who has each path that has a choice, owner by owner in the order of their manifests. With `only`, the paths of that
 * package. Throws `not-installed`.
 */
export function listPreferred(root: string, only?: PackageName): Choice[] {
  const tree = diskTree(root)
  const installed = readInstalled(tree)
  if (only !== undefined && !installed.has(only)) throw new KithError('not-installed', { name: only })
  const physical = new PhysicalPaths(tree)
  const chosen = new Set(listChoices(root).map(({ path }) => physical.place(path)))
  return [...installed.values()].flatMap(({ name, entry }) => {
    if (chosen.size === 0 || (only !== undefined && name !== only)) return []
    const files = readManifest(tree, entry).filter(({ isDirectory }) => !isDirectory)
    return files.filter(({ path }) => chosen.has(physical.place(path))).map(({ path }) => ({ package: name, path }))
  })
}

/**
 * Makes `name` the package whose file is at `path`; the file that was there becomes a choice of its owner. Throws
 * `not-installed`, `alternative-unknown`, `alternative-not-owned` before anything changes.
 */
export function swapAlternative(name: PackageName, path: TreePath, root: string): void {
  const tree = diskTree(root)
  const installed = readInstalled(tree)
  const incoming = installed.get(name)
  if (incoming === undefined) throw new KithError('not-installed', { name })
  const physical = new PhysicalPaths(tree)
  if (tree.entry(physical.place(choicePath(name, path))) === undefined)
    throw new KithError('alternative-unknown', { package: name, path: bytesText(path) })
  const place = physical.place(path)
  const owner = findOwners(new Set([place]), installed.values(), physical).get(place)
  const outgoing = owner === undefined ? undefined : installed.get(owner)
  if (outgoing === undefined && tree.entry(place) !== undefined)
    throw new KithError('alternative-not-owned', { path: bytesText(path) })
  const transaction = planSwap({
    incoming: partyOf(incoming, tree),
    outgoing: outgoing && partyOf(outgoing, tree),
    path,
    place,
    placeOf: (listed) => physical.place(listed),
  })
  applyTransaction(transaction, { root, staged: new Map() })
}

function partyOf({ name, entry }: InstalledPackage, root: TreeView): SwapParty {
  return { name, entry, manifest: readManifest(root, entry) }
}

import { KithError } from '../errors/kith-error.ts'
import { type Choice, choicesDirectory, parseChoiceName } from '../model/choice-name.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, textTreePath } from '../model/tree-path.ts'
import { choicePath } from '../plan/conflicts.ts'
import { planSwap, type SwapParty } from '../plan/swap-transaction.ts'
import { manifestPath, type Operation, type Transaction } from '../plan/transaction.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { diskTree, type TreeView } from '../system/tree-view.ts'
import { applyTransaction, type PreviewedChange, previewTransaction } from './apply-transaction.ts'
import { type InstalledPackage, readInstalled, readManifest } from './installed-database.ts'
import { markOfPackage, planMark } from './marks.ts'
import { openRoot } from './open-root.ts'
import { findOwners } from './owners.ts'
import { renameSums } from './package-facts.ts'
import { PlannedTree } from './planned-tree.ts'
import { withSpace } from './transaction-space.ts'

/** The choices of a root, in bytewise order of its file's name. */
export function listChoices(root: string): Choice[] {
  const { tree } = openRoot(root)
  const directory = new PhysicalPaths(tree).target(textTreePath(choicesDirectory))
  if (tree.entry(directory)?.kind !== 'directory') return []
  return tree.names(directory).flatMap((name) => parseChoiceName(name) ?? [])
}

/**
 * Who has each path that has a choice, owner by owner in the order of their manifests. With `only`, the paths of that
 * package. Throws `not-installed`.
 */
export function listPreferred(root: string, only?: PackageName): Choice[] {
  const { tree } = openRoot(root)
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
 * Makes each named package the one whose file is at the path beside it; the file that was there becomes a choice of its owner. As in
 * KISS the first that cannot be ends it: those before it happen, as one. Gives what happened and what did not: an error of
 * `not-installed`, `alternative-unknown`, `alternative-not-owned`.
 */
export async function swapAlternatives(swaps: readonly Choice[], root: string): Promise<SwapOutcome> {
  const { transaction, done, failure } = planSwaps(swaps, diskTree(root))
  if (done.length > 0)
    await withSpace(root, (space) => applyTransaction(transaction, space, { command: 'alternatives' }))
  return { done, failure }
}

/** What swapAlternatives would do. Throws the error of the first that cannot be. */
export function previewSwaps(swaps: readonly Choice[], root: string): PreviewedChange[] {
  const { transaction, failure } = planSwaps(swaps, diskTree(root))
  if (failure !== undefined) throw failure
  return previewTransaction(transaction, { root, views: new Map() })
}

export interface SwapOutcome {
  readonly done: readonly Choice[]
  readonly failure: KithError | undefined
}

function planSwaps(swaps: readonly Choice[], root: TreeView): SwapOutcome & { readonly transaction: Transaction } {
  const planned = new PlannedTree(root)
  const changes: Transaction['changes'][number][] = []
  const operations: Transaction['operations'][number][] = []
  const outcome = (failure?: KithError) => ({
    transaction: { changes, operations },
    done: swaps.slice(0, changes.length),
    failure,
  })
  for (const swap of swaps)
    try {
      const one = planOneSwap(swap, planned)
      planned.carryOut(one.operations)
      changes.push(...one.changes)
      operations.push(...one.operations)
    } catch (error) {
      if (error instanceof KithError) return outcome(error)
      throw error
    }
  return outcome()
}

function planOneSwap({ package: name, path }: Choice, tree: TreeView): Transaction {
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
  const parties = outgoing === undefined ? [incoming] : [incoming, outgoing]
  return {
    ...transaction,
    operations: [...transaction.operations, ...parties.flatMap((one) => moveFacts(one, transaction, tree))],
  }
}

/** The sums and the mark of a package whose manifest calls one of its files otherwise now. */
function moveFacts({ name, entry }: InstalledPackage, { operations }: Transaction, tree: TreeView): Operation[] {
  const manifest = operations.find((one) => one.kind === 'write' && one.path === manifestPath(entry))
  if (manifest?.kind !== 'write') return []
  const mark = planMark({ name, mark: markOfPackage({ name, entry }, tree), manifest: manifest.bytes }, tree)
  return [...renameSums({ name, entry, manifest: manifest.bytes }, tree), ...mark.flatMap((one) => one.operations)]
}

function partyOf({ name, entry }: InstalledPackage, root: TreeView): SwapParty {
  return { name, entry, manifest: readManifest(root, entry) }
}

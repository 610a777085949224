import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, type TreePath } from '../model/tree-path.ts'
import { besidePath } from '../plan/install-transaction.ts'
import type { Operation } from '../plan/transaction.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { treeEntry } from '../system/tree.ts'
import { diskTree } from '../system/tree-view.ts'
import { applyTransaction } from './apply-transaction.ts'
import { loadInstalled, readManifest } from './installed-database.ts'
import { keptEtcPath } from './package-facts.ts'
import { isBelowEtc } from './package-state.ts'
import { withSpace } from './transaction-space.ts'

/** A file in /etc whose new version waits beside it. Paths are physical. */
export interface NewEtcFile {
  readonly package: PackageName
  readonly path: TreePath
  /** The new version. */
  readonly fresh: TreePath
  /** What the package had before, where that is kept: what both versions come from. */
  readonly base: TreePath | undefined
}

/** Those of all installed packages, bytewise by path. Throws `database-invalid`. */
export function listNewEtcFiles(root: string): NewEtcFile[] {
  const tree = diskTree(root)
  const physical = new PhysicalPaths(tree)
  const owned = [...loadInstalled(root).values()].flatMap(({ name, entry }) =>
    readManifest(tree, entry)
      .filter(({ path, isDirectory }) => !isDirectory && isBelowEtc(path))
      .map(({ path }) => ({ package: name, path: physical.place(path) })),
  )
  const known = new Set(owned.map(({ path }) => path))
  return owned
    .flatMap((one) => {
      const fresh = besidePath(one.path)
      if (fresh === undefined || known.has(fresh) || tree.entry(fresh) === undefined) return []
      const base = keptEtcPath('etc-base', one.package, one.path, tree)
      return [{ ...one, fresh, base: tree.entry(base)?.kind === 'file' ? base : undefined }]
    })
    .sort((one, other) => (one.path < other.path ? -1 : 1))
}

/** The one at `path`, or with `path` as its new version. Throws `no-new-version`. */
export function requireNewEtcFile(path: TreePath, root: string): NewEtcFile {
  const place = new PhysicalPaths(diskTree(root)).place(path)
  const found = listNewEtcFiles(root).find((one) => one.path === place || one.fresh === place)
  if (found === undefined) throw new KithError('no-new-version', { path: bytesText(path) })
  return found
}

/** `take`: the new version replaces the file. `keep`: the new version goes. `merge`: `content` (bytes as latin1) replaces both. */
export type EtcSettlement =
  | { readonly kind: 'take' }
  | { readonly kind: 'keep' }
  | { readonly kind: 'merge'; readonly content: string }

/** Carries out what was decided about new versions, as one transaction, in a root that the caller has locked. Throws `io-failed`. */
export async function settleEtcFiles(
  files: readonly NewEtcFile[],
  settlement: EtcSettlement,
  root: string,
): Promise<void> {
  const operations = files.flatMap((file) => settlementOf(file, settlement, root))
  await withSpace(root, (space) => applyTransaction({ changes: [], operations }, space, { command: 'etc' }))
}

function settlementOf({ path, fresh, base }: NewEtcFile, settlement: EtcSettlement, root: string): Operation[] {
  const forget: Operation[] = base === undefined ? [] : [{ kind: 'remove', path: base }]
  switch (settlement.kind) {
    case 'take':
      return [{ kind: 'move', from: fresh, to: path }, ...forget]
    case 'keep':
      return [{ kind: 'remove', path: fresh }, ...forget]
    case 'merge': {
      const mode = treeEntry(root, path)?.mode
      const write: Operation = { kind: 'write', path, bytes: settlement.content, mode }
      return [write, { kind: 'remove', path: fresh }, ...forget]
    }
  }
}

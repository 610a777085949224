import { KithError } from '../errors/kith-error.ts'
import type { PackageName } from '../model/package-name.ts'
import { childPath, type TreePath } from '../model/tree-path.ts'
import { type Mark, type MarkChange, manifestPath, type Operation } from '../plan/transaction.ts'
import { digestText } from '../system/digests.ts'
import { diskTree, type TreeView } from '../system/tree-view.ts'
import { applyTransaction } from './apply-transaction.ts'
import { entryFile, type InstalledPackage, type InstalledPackages, readInstalled } from './installed-database.ts'
import { openRoot } from './open-root.ts'
import { factsPath } from './package-facts.ts'
import { withSpace } from './transaction-space.ts'

/**
 * That a package came as a dependency is `.kith/packages/<name>/automatic`, with the SHA-256 of the manifest that it belongs to: what
 * another tool installed, or installed anew, was asked for by somebody, and is explicit.
 */
function automaticPath(name: PackageName, tree: TreeView): TreePath {
  return childPath(factsPath(name, tree), 'automatic')
}

export function markOfPackage({ name, entry }: Pick<InstalledPackage, 'name' | 'entry'>, tree: TreeView): Mark {
  const kept = entryFile(tree, automaticPath(name, tree))
  const manifest = kept === undefined ? undefined : entryFile(tree, manifestPath(entry))
  return manifest !== undefined && kept === printAutomatic(manifest) ? 'automatic' : 'explicit'
}

/** Those of the installed packages that came as dependencies. */
export function loadAutomatic(root: string, installed: InstalledPackages): Set<PackageName> {
  const { tree } = openRoot(root)
  return new Set(
    [...installed.values()].filter((one) => markOfPackage(one, tree) === 'automatic').map(({ name }) => name),
  )
}

/** The mark of a package whose manifest (bytes as latin1) is about to be written; what is not kept goes with other facts. */
export function planMark(
  { name, mark, manifest }: { readonly name: PackageName; readonly mark: Mark; readonly manifest: string },
  tree: TreeView,
): { readonly path: TreePath; readonly operations: readonly Operation[] }[] {
  if (mark === 'explicit') return []
  const path = automaticPath(name, tree)
  const bytes = printAutomatic(manifest)
  return [{ path, operations: entryFile(tree, path) === bytes ? [] : [{ kind: 'write', path, bytes }] }]
}

/** Marks installed packages, in a root that the caller has locked; gives those whose mark was another. Throws `not-installed`. */
export async function markPackages(names: readonly PackageName[], mark: Mark, root: string): Promise<PackageName[]> {
  const tree = diskTree(root)
  const installed = readInstalled(tree)
  const others = names
    .map((name) => {
      const found = installed.get(name)
      if (found === undefined) throw new KithError('not-installed', { name })
      return found
    })
    .filter((one) => markOfPackage(one, tree) !== mark)
  const changes = others.map(({ name }): MarkChange => ({ kind: 'mark', package: name, mark }))
  const operations = others.flatMap(({ name, entry }): readonly Operation[] => {
    const manifest = entryFile(tree, manifestPath(entry)) ?? ''
    if (mark === 'explicit') return [{ kind: 'remove', path: automaticPath(name, tree) }]
    return planMark({ name, mark, manifest }, tree).flatMap((one) => one.operations)
  })
  if (others.length > 0)
    await withSpace(root, (space) => applyTransaction({ changes, operations }, space, { command: 'mark' }))
  return others.map(({ name }) => name)
}

function printAutomatic(manifest: string): string {
  return `${digestText(manifest, 'latin1')}\n`
}

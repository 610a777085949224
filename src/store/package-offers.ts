import { isKithError } from '../errors/kith-error.ts'
import { type PackageOffers, parseOffers, printOffers } from '../model/offers.ts'
import type { PackageName } from '../model/package-name.ts'
import { childPath, type TreePath } from '../model/tree-path.ts'
import { collectOffers, type OfferingFile } from '../plan/collect-offers.ts'
import { manifestPath, type Operation } from '../plan/transaction.ts'
import { digestText } from '../system/digests.ts'
import { openElfTree } from '../system/elf/elf-tree.ts'
import { unlessDenied } from '../system/failure.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { treeEntry } from '../system/tree.ts'
import { diskTree, type TreeView } from '../system/tree-view.ts'
import { entryFile, type InstalledPackage, type InstalledPackages, readManifest } from './installed-database.ts'
import { factsPath } from './package-facts.ts'
import type { StagedContents } from './staged-content.ts'

/** Where what a package offers and needs is kept: `manifest <sha256>`, which it belongs to, then as printOffers writes it. */
function offersPath(name: PackageName, tree: TreeView): TreePath {
  return childPath(factsPath(name, tree), 'offers')
}

/** Keeps what an installed package offers and needs; `manifest` is that of its entry, bytes as latin1. */
export function planOffers(
  { name, offers, manifest }: { readonly name: PackageName; readonly offers: PackageOffers; readonly manifest: string },
  tree: TreeView,
): { readonly path: TreePath; readonly operations: readonly Operation[] } {
  const path = offersPath(name, tree)
  const bytes = `manifest ${digestText(manifest, 'latin1')}\n${printOffers(offers)}`
  return { path, operations: entryFile(tree, path) === bytes ? [] : [{ kind: 'write', path, bytes }] }
}

/**
 * What installed packages offer and need: as it was kept at their installation, or where another tool has changed them since, as their
 * files are. Of an entry that cannot be read nothing is known. Throws `io-failed`.
 */
export function loadOffers(root: string, installed: InstalledPackages): Map<PackageName, PackageOffers> {
  const tree = diskTree(root)
  return new Map(
    [...installed].map(([name, one]) => [
      name,
      unlessDenied(() => keptOffers(one, tree)) ?? scanInstalled(root, one, tree),
    ]),
  )
}

function keptOffers({ name, entry }: InstalledPackage, tree: TreeView): PackageOffers | undefined {
  const text = entryFile(tree, offersPath(name, tree))
  const manifest = text === undefined ? undefined : entryFile(tree, manifestPath(entry))
  if (text === undefined || manifest === undefined) return undefined
  const head = `manifest ${digestText(manifest, 'latin1')}\n`
  return text.startsWith(head) ? parseOffers(text.slice(head.length)) : undefined
}

function scanInstalled(root: string, { entry }: InstalledPackage, tree: TreeView): PackageOffers {
  const physical = new PhysicalPaths(tree)
  const listed = readListed(tree, entry).filter(({ isDirectory }) => !isDirectory)
  const own = new Set(listed.map(({ path }) => physical.place(path)))
  const elves = openElfTree(root)
  const files = listed.flatMap(({ path }): OfferingFile[] => {
    const found = treeEntry(root, physical.place(path))
    if (found?.kind !== 'file' && found?.kind !== 'symlink') return []
    return [{ path, kind: found.kind, isExecutable: (found.mode & 0o111) !== 0 }]
  })
  // What a link of the package leads to may be another package's.
  const elf: typeof elves.elf = (path) => (own.has(elves.target(path)) ? elves.elf(path) : undefined)
  return collectOffers({ ...elves, elf, files })
}

/** Whoever must know the files throws; here it would only keep people from mending the entry. */
function readListed(tree: TreeView, entry: TreePath): ReturnType<typeof readManifest> {
  try {
    return readManifest(tree, entry)
  } catch (error) {
    if (isKithError(error, 'database-invalid')) return []
    throw error
  }
}

/** What an unpacked package offers and needs: `paths` are those that will be installed. Throws `io-failed`. */
export function scanStaged(
  directory: string,
  contents: StagedContents,
  paths: Iterable<{ readonly path: TreePath }>,
): PackageOffers {
  const files = [...paths].flatMap(({ path }): OfferingFile[] => {
    const content = contents.get(path)
    if (content?.kind === 'symlink') return [{ path, kind: 'symlink', isExecutable: true }]
    return content?.kind === 'file' ? [{ path, kind: 'file', isExecutable: (content.mode & 0o111) !== 0 }] : []
  })
  return collectOffers({ ...openElfTree(directory), files })
}

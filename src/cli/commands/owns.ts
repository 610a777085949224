import { join } from 'node:path'
import { KithError } from '../../errors/kith-error.ts'
import type { PackageName } from '../../model/package-name.ts'
import { baseName, type TreePath, textBytes, treePathFault } from '../../model/tree-path.ts'
import { manifestPath } from '../../plan/transaction.ts'
import {
  entryFile,
  type InstalledPackage,
  type InstalledPackages,
  loadInstalled,
  readManifest,
} from '../../store/installed-database.ts'
import { openRoot } from '../../store/open-root.ts'
import { findOwners } from '../../store/owners.ts'
import { PhysicalPaths } from '../../system/physical-paths.ts'
import type { TreeView } from '../../system/tree-view.ts'
import type { Command } from '../command.ts'

/** `<package>` per path: who owns it, judged by where it really is. A directory has every package that put something there. */
export const owns: Command = async ({ arguments: words, config, show }) => {
  if (words.length === 0)
    throw new KithError('missing-argument', { command: 'owns', expected: 'the path of an installed file' })
  const installed = loadInstalled(config.root)
  const physical = new PhysicalPaths(openRoot(config.root).tree)
  for (const word of words) {
    const owners = ownersOf(parsePlace(word, config.root), installed, physical)
    if (owners.length === 0) throw new KithError('file-not-owned', { path: word })
    for (const name of owners) show(name, { kind: 'owner', path: word, package: name })
  }
  return 0
}

/** A path in the root, also where it is given with the root before it, or from the current directory. */
function parsePlace(word: string, root: string): TreePath {
  const absolute = join(word.startsWith('/') ? '/' : process.cwd(), word)
  const isBelow = root !== '' && (absolute === root || absolute.startsWith(`${root}/`))
  const bytes = textBytes((isBelow ? absolute.slice(root.length) : absolute).replace(/(.)\/$/, '$1') || '/')
  const fault = treePathFault(bytes)
  if (fault !== undefined) throw new KithError('invalid-argument', { argument: word, expected: `a path: ${fault}` })
  return bytes as TreePath
}

/** Those in whose manifest a file of one of the names is: links above a file never change its own name. */
function mentioning(places: readonly TreePath[], installed: InstalledPackages, tree: TreeView): InstalledPackage[] {
  const endings = places.map((place) => `/${baseName(place)}\n`)
  return [...installed.values()].filter(({ entry }) => {
    const bytes = entryFile(tree, manifestPath(entry))
    // One that cannot be read is told by whoever reads it.
    return bytes === undefined || endings.some((ending) => `${bytes}\n`.includes(ending))
  })
}

/** Of a link that nobody owns, the owner of what it leads to. */
function ownersOf(path: TreePath, installed: InstalledPackages, physical: PhysicalPaths): PackageName[] {
  const place = physical.place(path)
  const target = physical.target(path)
  const found = findOwners(new Set([place, target]), mentioning([place, target], installed, physical.tree), physical)
  const owner = found.get(place) ?? found.get(target)
  if (owner !== undefined) return [owner]
  if (physical.tree.entry(target)?.kind !== 'directory') return []
  const hasIt = ({ entry }: { readonly entry: TreePath }): boolean =>
    readManifest(physical.tree, entry).some((one) => one.isDirectory && physical.target(one.path) === target)
  return [...installed.values()].filter(hasIt).map(({ name }) => name)
}

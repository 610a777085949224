import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { type Choice, choicesDirectory, parseChoiceName } from '../model/choice-name.ts'
import { type ManifestEntry, printManifest } from '../model/manifest.ts'
import type { PackageName } from '../model/package-name.ts'
import { bytesText, type TreePath, textTreePath } from '../model/tree-path.ts'
import { choicePath } from '../plan/conflicts.ts'
import { isDirectory, writeFileAtomic } from '../system/files.ts'
import { treeEntry, treeNames } from '../system/tree.ts'
import { exchangeFiles } from '../system/tree-changes.ts'
import { loadInstalled, readManifest } from './installed-database.ts'
import { findOwners } from './owners.ts'
import { PhysicalPaths } from './physical-paths.ts'

/** Every choice of a root, in bytewise order of its file's name. */
export function listChoices(root: string): Choice[] {
  if (!isDirectory(join(root || '/', choicesDirectory))) return []
  return treeNames(root, textTreePath(choicesDirectory)).flatMap((name) => parseChoiceName(name) ?? [])
}

/** Who has each path that has a choice. With `only`, the paths of that package, which must be installed. */
export function listPreferred(root: string, only?: PackageName): Choice[] {
  const installed = loadInstalled(root)
  if (only !== undefined && !installed.has(only)) throw new KithError('not-installed', { name: only })
  const paths = [...new Set(listChoices(root).map(({ path }) => path))].sort((one, other) => (one < other ? -1 : 1))
  const physical = new PhysicalPaths(root)
  const owners = findOwners(new Set(paths.map((path) => physical.place(path))), installed.values(), physical)
  return paths.flatMap((path) => {
    const owner = owners.get(physical.place(path))
    return owner === undefined || (only !== undefined && owner !== only) ? [] : [{ package: owner, path }]
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
  if (outgoing === undefined) exchangeFiles(root, choice, place, undefined)
  else {
    const released = choicePath(outgoing.name, path)
    exchangeFiles(root, choice, place, released)
    rewriteManifest(outgoing.directory, (entry) => (physical.place(entry.path) === place ? released : entry.path))
  }
  rewriteManifest(incoming.directory, (entry) => (entry.path === choice ? path : entry.path))
}

function rewriteManifest(directory: string, pathOf: (entry: ManifestEntry) => TreePath): void {
  const entries = readManifest(directory).map((entry) =>
    entry.isDirectory ? entry : { isDirectory: false, path: pathOf(entry) },
  )
  writeFileAtomic(join(directory, 'manifest'), Buffer.from(printManifest(entries), 'latin1'))
}

import { choicesDirectory } from '../model/choice-name.ts'
import { parseManifest } from '../model/manifest.ts'
import type { PackageName } from '../model/package-name.ts'
import { type PackageSums, type PathSum, parsePackageSums, printPackageSums } from '../model/package-sums.ts'
import { childPath, joinPaths, type TreePath, textBytes } from '../model/tree-path.ts'
import { manifestPath, type Operation } from '../plan/transaction.ts'
import { digestText } from '../system/digests.ts'
import { type TreeView, walkView } from '../system/tree-view.ts'
import { entryFile } from './installed-database.ts'
import type { StagedContent } from './staged-content.ts'
import { statePathIn } from './state-directory.ts'

/**
 * What kith keeps of an installed package beside the KISS database, in `.kith/packages/<name>`: `sums`, what its files were when it was
 * installed; `offers`, what it offers and needs (package-offers.ts); `automatic`, where nobody asked for it (marks.ts); `etc`, its files in /etc as it brought them; `etc-base`, those of the version before, where a new one waits as `.new`.
 * It is written in the transaction of the package, and counts for nothing where another tool has changed the package since.
 */
export function factsPath(name: PackageName, tree: TreeView): TreePath {
  return childPath(childPath(statePathIn(tree), 'packages'), textBytes(name))
}

export type FactKind = 'etc' | 'etc-base'

/** Where a file of /etc is kept. */
export function keptEtcPath(kind: FactKind, name: PackageName, path: TreePath, tree: TreeView): TreePath {
  return joinPaths(childPath(factsPath(name, tree), kind), path)
}

/** The sums of a package; undefined where there are none that belong to its manifest. */
export function readSums(name: PackageName, entry: TreePath, tree: TreeView): PackageSums | undefined {
  const text = entryFile(tree, childPath(factsPath(name, tree), 'sums'))
  const sums = text === undefined ? undefined : parsePackageSums(text)
  const manifest = sums && entryFile(tree, manifestPath(entry))
  return manifest !== undefined && digestText(manifest, 'latin1') === sums?.manifest ? sums : undefined
}

export interface FactsInput {
  readonly name: PackageName
  /** What the manifest of the package lists, and what it brought there. */
  readonly contents: ReadonlyMap<TreePath, StagedContent>
  /** Bytes as latin1. */
  readonly manifest: string
  /** Bytes (latin1) of its files in /etc; large ones may be left out. */
  readonly etcFiles: ReadonlyMap<TreePath, string>
  /** Those of them whose new version goes beside the system's. */
  readonly besideEtc: ReadonlySet<TreePath>
  /** The root before. */
  readonly tree: TreeView
  /** What else is written of the package. */
  readonly others: readonly { readonly path: TreePath; readonly operations: readonly Operation[] }[]
}

/** Writes all that is kept of a package that is installed, and lets go what was kept of the version before. */
export function planFacts({ name, contents, manifest, etcFiles, besideEtc, tree, others }: FactsInput): Operation[] {
  const sums = new Map([...contents].map(([path, content]) => [path, sumOf(content)]))
  const operations: Operation[] = []
  const write = (path: TreePath, bytes: string): void => {
    if (entryFile(tree, path) !== bytes) operations.push({ kind: 'write', path, bytes })
  }
  const kept = new Set<TreePath>()
  for (const [path, bytes] of etcFiles) {
    const place = keptEtcPath('etc', name, path, tree)
    const base = keptEtcPath('etc-base', name, path, tree)
    const before = entryFile(tree, place)
    // Of several new versions in a row the first one's base is what both come from.
    if (besideEtc.has(path)) {
      kept.add(base)
      if (tree.entry(base) === undefined && before !== undefined)
        operations.push({ kind: 'write', path: base, bytes: before })
    }
    kept.add(place)
    write(place, bytes)
  }
  const path = childPath(factsPath(name, tree), 'sums')
  kept.add(path)
  write(path, printPackageSums({ manifest: digestText(manifest, 'latin1'), sums }))
  for (const other of others) {
    kept.add(other.path)
    operations.push(...other.operations)
  }
  return [...operations, ...forgetFacts(name, tree, kept)]
}

/** The sums of a package under the names of another manifest (bytes as latin1), which lists the same files: one has another name. */
export function renameSums(
  { name, entry, manifest }: { readonly name: PackageName; readonly entry: TreePath; readonly manifest: string },
  tree: TreeView,
): Operation[] {
  const before = readSums(name, entry, tree)
  if (before === undefined) return []
  const listed = new Set(parseManifest(manifest).entries.map(({ path }) => path))
  const [gone] = [...before.sums].filter(([path]) => !listed.has(path))
  const fresh = [...listed].filter((path) => !before.sums.has(path) && path !== manifestPath(entry))
  const sums = new Map([...before.sums].filter(([path]) => listed.has(path)))
  const [path] = fresh
  // Directories of choices have no sums of their own.
  if (gone !== undefined && path !== undefined) sums.set(fresh.find((one) => !isChoiceDirectory(one)) ?? path, gone[1])
  const bytes = printPackageSums({ manifest: digestText(manifest, 'latin1'), sums })
  return [{ kind: 'write', path: childPath(factsPath(name, tree), 'sums'), bytes }]
}

function isChoiceDirectory(path: TreePath): boolean {
  return `${choicesDirectory}/`.startsWith(`${path}/`)
}

/** Lets go all that is kept of a package but `kept`. */
export function forgetFacts(name: PackageName, tree: TreeView, kept: ReadonlySet<TreePath> = new Set()): Operation[] {
  const top = factsPath(name, tree)
  if (tree.entry(top)?.kind !== 'directory') return []
  const all = [...walkView(tree, top)].reverse()
  const gone = all.flatMap(({ path, kind }): Operation[] => {
    if (kind === 'directory') return [{ kind: 'remove-directory', path }]
    return kept.has(path) ? [] : [{ kind: 'remove', path }]
  })
  return kept.size === 0 ? [...gone, { kind: 'remove-directory', path: top }] : gone
}

function sumOf(content: StagedContent): PathSum {
  if (content.kind === 'symlink') return { kind: 'symlink', sha256: digestText(content.to, 'latin1') }
  if (content.kind !== 'file') return content
  const { kind, mode, sizeBytes, sha256 } = content
  return { kind, mode, sizeBytes, sha256 }
}

import { isKithError } from '../errors/kith-error.ts'
import { emptySum, pairEtcsums, parseEtcsums } from '../model/etcsums.ts'
import type { ManifestEntry } from '../model/manifest.ts'
import { childPath, type TreePath } from '../model/tree-path.ts'
import type { DigestAlgorithm } from '../system/digests.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { type TreeView, walkView } from '../system/tree-view.ts'
import { entryFile, readManifest } from './installed-database.ts'

/** What the database says about an installed package's files. */
export interface PackageState {
  readonly entries: readonly ManifestEntry[]
  /** For every file below /etc: its hash when it was packaged, where the entry has one. */
  readonly etcSums: ReadonlyMap<TreePath, string | undefined>
}

export const emptyState: PackageState = { entries: [], etcSums: new Map() }

/**
 * Reads the database entry of a package at `entry`; links that dangle in the root tell how old etcsums are to be read.
 * Throws `database-invalid`.
 */
export function readPackageState(root: TreeView, entry: TreePath): PackageState {
  const entries = readManifest(root, entry)
  const sums = entryFile(root, childPath(entry, 'etcsums'))
  if (sums === undefined) return { entries, etcSums: new Map() }
  const physical = new PhysicalPaths(root)
  const links = entries.map(({ path }) => path).filter((path) => isBelowEtc(path) && isDanglingLink(path, physical))
  const danglingLinks = new Set(links)
  return { entries, etcSums: pairEtcsums(entries, parseEtcsums(sums), { danglingLinks }) }
}

/** The same for removal. Forced, an entry whose manifest cannot be read goes itself, since nothing else is known. */
export function readRemovalState(root: TreeView, entry: TreePath, isForced: boolean): PackageState {
  try {
    return readPackageState(root, entry)
  } catch (error) {
    if (!isForced || !isKithError(error, 'database-invalid')) throw error
    const below = [...walkView(root, entry)].map(({ path, kind }) => ({ path, isDirectory: kind === 'directory' }))
    return { entries: [...below, { path: entry, isDirectory: true }], etcSums: new Map() }
  }
}

/** Whether a path, as a package calls it, is that of a file which users edit. */
export function isBelowEtc(path: TreePath): boolean {
  return path.startsWith('/etc/')
}

function isDanglingLink(path: TreePath, physical: PhysicalPaths): boolean {
  const { tree } = physical
  return tree.entry(physical.place(path))?.kind === 'symlink' && tree.entry(physical.target(path))?.kind !== 'file'
}

/** Hash of a file as etcsums has it: links count as empty; undefined where nothing is there. */
export async function etcSum(tree: TreeView, place: TreePath, algorithm: DigestAlgorithm): Promise<string | undefined> {
  const entry = tree.entry(place)
  if (entry === undefined) return undefined
  if (entry.kind === 'symlink') return linkSum(algorithm)
  if (entry.kind !== 'file') return `not a file: ${entry.kind}`
  return await tree.digest(place, algorithm)
}

/** What etcsums has for a symlink: the hash of nothing. */
export function linkSum(algorithm: DigestAlgorithm): string {
  return algorithm === 'blake3' ? emptySum : emptySha256
}

const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Old databases have SHA-256 sums, of 64 digits. */
export function sumAlgorithm(sum: string | undefined): DigestAlgorithm {
  return sum?.length === 64 ? 'sha256' : 'blake3'
}

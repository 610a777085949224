import { join } from 'node:path'
import { isKithError } from '../errors/kith-error.ts'
import { emptySum, pairEtcsums, parseEtcsums } from '../model/etcsums.ts'
import type { ManifestEntry } from '../model/manifest.ts'
import { bytesText, type TreePath } from '../model/tree-path.ts'
import { type DigestAlgorithm, digestFile } from '../system/digests.ts'
import { isFile, readText } from '../system/files.ts'
import { hostPath, treeEntry, walkTree } from '../system/tree.ts'
import { readManifest } from './installed-database.ts'

/** What the database says about an installed package's files. */
export interface PackageState {
  readonly entries: readonly ManifestEntry[]
  /** For every file below /etc: its hash when it was packaged, where the entry has one. */
  readonly etcSums: ReadonlyMap<TreePath, string | undefined>
}

export const emptyState: PackageState = { entries: [], etcSums: new Map() }

/**
 * Reads the database entry `directory` of a package in `root`; links that dangle there tell how old etcsums are to be read.
 * Throws `database-invalid`.
 */
export function readPackageState(directory: string, root: string): PackageState {
  const entries = readManifest(directory)
  const sumsFile = join(directory, 'etcsums')
  if (!isFile(sumsFile)) return { entries, etcSums: new Map() }
  const links = entries.map(({ path }) => path).filter((path) => isBelowEtc(path) && isDanglingLink(root, path))
  const danglingLinks = new Set(links)
  return { entries, etcSums: pairEtcsums(entries, parseEtcsums(readText(sumsFile)), { danglingLinks }) }
}

export interface RemovalInput {
  readonly root: string
  /** Path of the database entry in the root. */
  readonly entry: TreePath
  readonly isForced: boolean
}

/** The same for removal. Forced, an entry whose manifest cannot be read goes itself, since nothing else is known. */
export function readRemovalState(directory: string, { root, entry, isForced }: RemovalInput): PackageState {
  try {
    return readPackageState(directory, root)
  } catch (error) {
    if (!isForced || !isKithError(error, 'database-invalid')) throw error
    const below = [...walkTree(root, entry)].map(({ path, kind }) => ({ path, isDirectory: kind === 'directory' }))
    return { entries: [...below, { path: entry, isDirectory: true }], etcSums: new Map() }
  }
}

/** Whether a path, as a package calls it, is that of a file which users edit. */
export function isBelowEtc(path: TreePath): boolean {
  return path.startsWith('/etc/')
}

function isDanglingLink(root: string, path: TreePath): boolean {
  return treeEntry(root, path)?.kind === 'symlink' && !isFile(bytesText(`${root}${path}`))
}

/** Hash of a file as etcsums has it: links count as empty; undefined where nothing is there. */
export async function etcSum(tree: string, path: TreePath, algorithm: DigestAlgorithm): Promise<string | undefined> {
  const entry = treeEntry(tree, path)
  if (entry === undefined) return undefined
  if (entry.kind === 'symlink') return linkSum(algorithm)
  if (entry.kind !== 'file') return `not a file: ${entry.kind}`
  const digests = await digestFile(hostPath(tree, path), [algorithm])
  return digests[algorithm]
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

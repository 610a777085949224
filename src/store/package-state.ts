import { join } from 'node:path'
import { emptySum, pairEtcsums, parseEtcsums } from '../model/etcsums.ts'
import type { ManifestEntry } from '../model/manifest.ts'
import type { TreePath } from '../model/tree-path.ts'
import { type DigestAlgorithm, digestFile } from '../system/digests.ts'
import { isFile, readText } from '../system/files.ts'
import { hostPath, treeEntry } from '../system/tree.ts'
import { readManifest } from './installed-database.ts'

/** What an entry of the database (installed or staged) says about a package's files. */
export interface PackageState {
  readonly entries: readonly ManifestEntry[]
  /** For every file below /etc: its hash when it was packaged, where the entry has one. */
  readonly etcSums: ReadonlyMap<TreePath, string | undefined>
}

export const emptyState: PackageState = { entries: [], etcSums: new Map() }

/** `tree` holds the files the entry is about: dangling links in it tell how old etcsums are to be read. */
export function readPackageState(directory: string, tree: string): PackageState {
  const entries = readManifest(directory)
  const sumsFile = join(directory, 'etcsums')
  if (!isFile(sumsFile)) return { entries, etcSums: new Map() }
  const links = entries.map(({ path }) => path).filter((path) => path.startsWith('/etc/') && isDanglingLink(tree, path))
  const danglingLinks = new Set(links)
  return { entries, etcSums: pairEtcsums(entries, parseEtcsums(readText(sumsFile)), { danglingLinks }) }
}

function isDanglingLink(tree: string, path: TreePath): boolean {
  return treeEntry(tree, path)?.kind === 'symlink' && !isFile(String(hostPath(tree, path)))
}

/** Hash of a file as etcsums has it: links count as empty; undefined where nothing is there. */
export async function etcSum(tree: string, path: TreePath, algorithm: DigestAlgorithm): Promise<string | undefined> {
  const entry = treeEntry(tree, path)
  if (entry === undefined) return undefined
  if (entry.kind === 'symlink') return algorithm === 'blake3' ? emptySum : emptySha256
  if (entry.kind !== 'file') return `not a file: ${entry.kind}`
  const digests = await digestFile(hostPath(tree, path), [algorithm])
  return digests[algorithm]
}

/** SHA-256 of nothing. */
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Old databases have SHA-256 sums, of 64 digits. */
export function sumAlgorithm(sum: string | undefined): DigestAlgorithm {
  return sum?.length === 64 ? 'sha256' : 'blake3'
}

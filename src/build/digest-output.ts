import type { Digest } from '../model/digest.ts'
import { digestTree, type MerkleEntry } from '../model/merkle-tree.ts'
import { isOutputPath } from '../model/output-path.ts'
import { digestFileNow } from '../system/digests.ts'
import { hostPath, type TreeEntry, treeLink, walkTree } from '../system/tree.ts'

/** The tree that builds see of a package which lies in `directory`, unpacked or as its build installed it. Throws `io-failed`. */
export function digestOutput(directory: string, name: string): Digest {
  return digestTree(merkleEntries(directory, name, walkTree(directory)))
}

/** The same of what is there of a package in a root. Throws `io-failed`. */
export function digestEntries(root: string, name: string, entries: readonly TreeEntry[]): Digest {
  return digestTree(merkleEntries(root, name, entries))
}

function* merkleEntries(directory: string, name: string, entries: Iterable<TreeEntry>): Generator<MerkleEntry> {
  for (const { path, kind, mode, sizeBytes } of entries) {
    if (!isOutputPath(path, name)) continue
    if (kind === 'directory') yield { kind, path, mode }
    if (kind === 'symlink') yield { kind, path, to: treeLink(directory, path) }
    if (kind === 'file')
      yield { kind, path, mode, digest: { hash: digestFileNow(hostPath(directory, path)), sizeBytes } }
  }
}

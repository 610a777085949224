import type { BuildInput } from '../model/build-record.ts'
import { type Digest, parseDigest, printDigest } from '../model/digest.ts'
import { digestTree, type MerkleEntry } from '../model/merkle-tree.ts'
import { bytesText } from '../model/tree-path.ts'
import { digestFileNow, digestText } from '../system/digests.ts'
import { type StampedEntry, stampTree } from '../system/file-stamp.ts'
import { hostPath } from '../system/tree.ts'
import type { ContentIndex } from './content-index.ts'

/**
 * The recipe directory as a build gets a copy of it: links followed, modes no more than whether a file may be executed. Read
 * only where something of it changed since it was read last. Throws `io-failed`.
 */
export function digestRecipe(directory: string, index: ContentIndex): Digest {
  const entries = stampTree(directory)
  const text = entries.map((entry) => `${entry.path} ${entry.text}`).join('\n')
  const stamp = { text: digestText(text), isFresh: entries.some(({ isFresh }) => isFresh) }
  const made = index.valueOf(`recipe ${directory}`, stamp, () => printDigest(digestEntries(directory, entries)))
  return parseDigest(made) ?? digestEntries(directory, entries)
}

function digestEntries(directory: string, entries: readonly StampedEntry[]): Digest {
  return digestTree(
    entries.flatMap(({ path, kind, mode, sizeBytes }): MerkleEntry[] => {
      if (kind === 'directory') return [{ kind, path, mode: 0o755 }]
      if (kind !== 'file') return []
      const digest = { hash: digestFileNow(hostPath(directory, path)), sizeBytes }
      return [{ kind, path, mode: (mode & 0o111) === 0 ? 0o644 : 0o755, digest }]
    }),
  )
}

/** Each file of a recipe as an input: its hash, with an `x` where it may be executed. Throws `io-failed`. */
export function listRecipeFiles(directory: string): BuildInput[] {
  return stampTree(directory).flatMap(({ path, kind, mode }): BuildInput[] => {
    if (kind !== 'file') return []
    const hash = digestFileNow(hostPath(directory, path))
    const name = bytesText(path.slice(1))
    return [{ kind: 'recipe', name, value: (mode & 0o111) === 0 ? hash : `${hash} x` }]
  })
}

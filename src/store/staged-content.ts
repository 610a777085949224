import type { TreePath } from '../model/tree-path.ts'
import type { ExtractedContent } from '../system/archive/extracted-content.ts'
import { digestFile } from '../system/digests.ts'
import { readTreeCapability } from '../system/file-xattrs.ts'
import { hostPath, type TreeEntry, treeLink, walkTree } from '../system/tree.ts'

/** What an unpacked artifact has at a path: files with the hash of their content, links with what they hold. */
export type StagedContent = ExtractedContent

export type StagedContents = ReadonlyMap<TreePath, StagedContent>

/**
 * The same read from the tree itself: for one that a hook may have changed since it was unpacked. Sockets and devices are left
 * out: nothing can install them. Throws `io-failed`.
 */
export async function readStagedContents(directory: string): Promise<StagedContents> {
  const contents = new Map<TreePath, StagedContent>()
  const files = new Map<string, StagedContent>()
  for (const entry of walkTree(directory)) {
    const file = `${entry.device} ${entry.inode}`
    const content = files.get(file) ?? (await readContent(directory, entry))
    if (content === undefined) continue
    contents.set(entry.path, content)
    if (entry.kind === 'file' && entry.links > 1) files.set(file, content)
  }
  return contents
}

async function readContent(directory: string, entry: TreeEntry): Promise<StagedContent | undefined> {
  const { path, kind, mode, sizeBytes } = entry
  switch (kind) {
    case 'file': {
      const { sha256 } = await digestFile(hostPath(directory, path), ['sha256'])
      const capability = readTreeCapability(directory, path)
      return { kind, mode, sizeBytes, sha256, ...(capability === undefined ? {} : { capability }) }
    }
    case 'symlink':
      return { kind, to: treeLink(directory, path) }
    case 'directory':
    case 'fifo':
      return { kind, mode }
    case 'other':
      return undefined
  }
}

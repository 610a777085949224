import { type Digest, digestOf, encodeDigest } from './digest.ts'
import { encodeMessage, type Field } from './protobuf.ts'
import { ancestorPaths, baseName, parentPath, type TreePath } from './tree-path.ts'

/** What is at a path of a tree, with as much of it as counts for a build. */
export type MerkleEntry =
  | { readonly kind: 'file'; readonly path: TreePath; readonly mode: number; readonly digest: Digest }
  | { readonly kind: 'directory'; readonly path: TreePath; readonly mode: number }
  /** `to`: bytes, as latin1. */
  | { readonly kind: 'symlink'; readonly path: TreePath; readonly to: string }
  /** A directory whose own digest is known already: what is below it need not be. */
  | { readonly kind: 'tree'; readonly path: TreePath; readonly digest: Digest }

interface OpenDirectory {
  readonly mode: number
  readonly files: Node[]
  readonly directories: Node[]
  readonly symlinks: Node[]
}

interface Node {
  /** Bytes, as latin1. */
  readonly name: string
  readonly bytes: string
}

/**
 * The digest of a tree's root: the message `Directory` of REAPI v2 (build/bazel/remote/execution/v2/remote_execution.proto), hashed
 * from below. Names are sorted bytewise; directories above an entry need not be among the entries. Modes other than 0644, 0755
 * and a directory's 0755 are in `unix_mode`. Owners and times are not in it. Names that are no UTF-8 are written as they are.
 */
export function digestTree(entries: Iterable<MerkleEntry>): Digest {
  const open = new Map<string, OpenDirectory>([['/', emptyDirectory(0o755)]])
  const leaves: Exclude<MerkleEntry, { kind: 'directory' }>[] = []
  for (const entry of entries) {
    if (entry.kind === 'directory') open.set(entry.path, emptyDirectory(entry.mode))
    else leaves.push(entry)
    for (const above of ancestorPaths(entry.path)) if (!open.has(above)) open.set(above, emptyDirectory(0o755))
  }
  const directoryAt = (path: string): OpenDirectory => open.get(path) ?? emptyDirectory(0o755)
  for (const leaf of leaves) addLeaf(leaf, directoryAt(parentPath(leaf.path)))
  // Backwards, what is in a directory comes before it.
  for (const path of [...open.keys()].sort().reverse()) {
    const digest = digestOf(encodeDirectory(directoryAt(path)))
    if (path === '/') return digest
    const tree = { kind: 'tree', path: path as TreePath, digest } as const
    addLeaf(tree, directoryAt(parentPath(tree.path)))
  }
  return digestOf('')
}

function emptyDirectory(mode: number): OpenDirectory {
  return { mode, files: [], directories: [], symlinks: [] }
}

function addLeaf(entry: Exclude<MerkleEntry, { kind: 'directory' }>, parent: OpenDirectory): void {
  const name = baseName(entry.path)
  const nameField: Field = [1, name]
  switch (entry.kind) {
    case 'file': {
      const isExecutable = (entry.mode & 0o111) !== 0
      const fields: Field[] = [
        nameField,
        [2, encodeDigest(entry.digest)],
        [4, isExecutable ? 1 : 0],
        ...modeProperties(entry.mode, isExecutable ? 0o755 : 0o644, 6),
      ]
      parent.files.push({ name, bytes: encodeMessage(fields) })
      return
    }
    case 'symlink':
      parent.symlinks.push({ name, bytes: encodeMessage([nameField, [2, entry.to]]) })
      return
    case 'tree':
      parent.directories.push({ name, bytes: encodeMessage([nameField, [2, encodeDigest(entry.digest)]]) })
  }
}

/** NodeProperties with nothing but a mode (a wrapped number), where it is not the usual one. */
function modeProperties(mode: number, usual: number, field: number): Field[] {
  return mode === usual ? [] : [[field, encodeMessage([[3, encodeMessage([[1, mode]])]])]]
}

function encodeDirectory({ mode, files, directories, symlinks }: OpenDirectory): string {
  const fieldsOf = (field: number, nodes: readonly Node[]): Field[] =>
    [...nodes].sort((one, other) => (one.name < other.name ? -1 : 1)).map(({ bytes }) => [field, bytes])
  return encodeMessage([
    ...fieldsOf(1, files),
    ...fieldsOf(2, directories),
    ...fieldsOf(3, symlinks),
    ...modeProperties(mode, 0o755, 5),
  ])
}

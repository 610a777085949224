import * as fs from 'node:fs'
import { bytesText, childPath, parentPath, type TreePath } from '../model/tree-path.ts'
import { type DigestAlgorithm, digestFile } from './digests.ts'
import { failed } from './failure.ts'
import { PhysicalPaths } from './physical-paths.ts'
import { hostPath, type TreeEntry, treeEntry, treeLink, treeNames } from './tree.ts'

/**
 * A tree to be read: one on the disk, or one as changes that are only planned will leave it. Paths are physical, and no link
 * is followed. Everything throws `io-failed`.
 */
export interface TreeView {
  /** What is at `place`, or undefined where nothing is. Without an owner it is what this process makes. */
  entry(place: TreePath): (Pick<TreeEntry, 'kind'> & Partial<Pick<TreeEntry, 'owner'>>) | undefined
  /** Names in the directory at `place`, in bytewise order. */
  names(place: TreePath): readonly string[]
  /** The bytes that the symlink at `place` holds. */
  link(place: TreePath): string
  /** The bytes of the file at `place`, as latin1. */
  bytes(place: TreePath): string
  /** The hash of the file at `place`. */
  digest(place: TreePath, algorithm: DigestAlgorithm): Promise<string>
  /** What messages call `place`. */
  label(place: TreePath): string
}

/** The tree below `directory`, which is empty for the host's own root. */
export function diskTree(directory: string): TreeView {
  return {
    entry: (place) => treeEntry(directory, place),
    names: (place) => treeNames(directory, place),
    link: (place) => treeLink(directory, place),
    bytes(place) {
      try {
        return fs.readFileSync(hostPath(directory, place), 'latin1')
      } catch (error) {
        throw failed('read', directory + bytesText(place), error)
      }
    },
    async digest(place, algorithm) {
      const digests = await digestFile(hostPath(directory, place), [algorithm])
      return digests[algorithm]
    },
    label: (place) => directory + bytesText(place),
  }
}

/**
 * A tree that nothing changes while this is used: what is at a place is looked at once, and not at all where nothing is above it.
 */
export function stillTree(tree: TreeView): TreeView {
  const known = new Map<TreePath, ReturnType<TreeView['entry']>>()
  const entry = (place: TreePath): ReturnType<TreeView['entry']> => {
    if (known.has(place)) return known.get(place)
    const parent = parentPath(place)
    const above = parent === '/' ? 'directory' : entry(parent)?.kind
    // Behind a link nothing is at a place: the kernel would follow it to another one.
    const found = above === 'directory' ? tree.entry(place) : undefined
    known.set(place, found)
    return found
  }
  return { ...tree, entry }
}

/** Several trees as one: each file is that of the first tree that has something at its place. Directories are those of the first. */
export function firstTree(trees: readonly TreeView[]): TreeView {
  const [first] = trees
  const holder = (place: TreePath): TreeView => {
    const found = trees.find((tree) => tree.entry(place) !== undefined) ?? first
    if (found === undefined) throw new Error('there is no tree')
    return found
  }
  return {
    entry: (place) => (first === undefined ? undefined : holder(place).entry(place)),
    names: (place) => holder(place).names(place),
    link: (place) => holder(place).link(place),
    bytes: (place) => holder(place).bytes(place),
    digest: (place, algorithm) => holder(place).digest(place, algorithm),
    label: (place) => holder(place).label(place),
  }
}

/** Everything below `from` (without itself), a directory before what is in it, names in bytewise order. */
export function* walkView(tree: TreeView, from: TreePath): Generator<Pick<TreeEntry, 'path' | 'kind'>> {
  for (const name of tree.names(from)) {
    const path = childPath(from, name)
    const entry = tree.entry(path)
    if (entry === undefined) continue
    yield { path, kind: entry.kind }
    if (entry.kind === 'directory') yield* walkView(tree, path)
  }
}

/** Where what is at `place` leads: a link is followed inside the tree, anything else is where it is. */
export function leadsTo(tree: TreeView, place: TreePath): TreePath {
  return tree.entry(place)?.kind === 'symlink' ? new PhysicalPaths(tree).target(place) : place
}

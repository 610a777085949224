import * as fs from 'node:fs'
import { bytesText, childPath, type TreePath } from '../model/tree-path.ts'
import { errorCode, failed } from './failure.ts'
import { hostPath, treeNames } from './tree.ts'

/**
 * What changes whenever the content of a file may have changed: inode, size, and the times of content and of the inode. As git's
 * index does, one that changed a moment ago is `isFresh`: another change in the same tick of the clock would not show.
 */
export interface FileStamp {
  readonly text: string
  readonly isFresh: boolean
  readonly kind: 'file' | 'directory' | 'other'
  readonly mode: number
  readonly sizeBytes: number
}

/** Coarser than the times of any file system that is in use. */
const freshMs = 2_000

/** Of what `path` leads to; undefined where nothing is. Throws `io-failed`. */
export function stampOf(path: string | Buffer): FileStamp | undefined {
  try {
    const found = fs.statSync(path)
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other'
    const { ino, size, mtimeMs, ctimeMs, mode } = found
    const isFresh = Math.max(mtimeMs, ctimeMs) > Date.now() - freshMs
    return { text: `${ino} ${size} ${mtimeMs} ${ctimeMs} ${mode}`, isFresh, kind, mode: mode & 0o7777, sizeBytes: size }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined
    throw failed('look at', path.toString(), error)
  }
}

/** Something below a directory, links followed. */
export interface StampedEntry extends FileStamp {
  readonly path: TreePath
}

const deepestLevel = 200

/** Everything below `directory` as a copy that follows links gets it, names in bytewise order. Links to nothing are left out. */
export function stampTree(directory: string, from: TreePath = '/' as TreePath, depth = 0): StampedEntry[] {
  if (depth > deepestLevel)
    throw failed('list', directory + bytesText(from), new Error('directories are nested too deep (a link loop?)'))
  const stamped: StampedEntry[] = []
  for (const [name, isDirectory] of namesAndKinds(directory, from)) {
    const path = childPath(from, name)
    // What is in a directory is looked at anyway.
    const stamp = isDirectory ? directoryStamp : stampOf(hostPath(directory, path))
    if (stamp === undefined) continue
    stamped.push({ ...stamp, path })
    if (stamp.kind === 'directory') stamped.push(...stampTree(directory, path, depth + 1))
  }
  return stamped
}

const directoryStamp: FileStamp = { text: 'directory', isFresh: false, kind: 'directory', mode: 0o755, sizeBytes: 0 }

/** Names in bytewise order, and whether each is a directory itself. */
function namesAndKinds(directory: string, path: TreePath): (readonly [string, boolean])[] {
  const place = hostPath(directory, path)
  try {
    const entries = fs.readdirSync(place, { withFileTypes: true })
    const isPlain = entries.every(({ name }) => /^[\x20-\x7e]*$/.test(name))
    if (!isPlain) return treeNames(directory, path).map((name) => [name, false])
    return entries
      .map((entry) => [entry.name, entry.isDirectory()] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1))
  } catch (error) {
    throw failed('list', place.toString(), error)
  }
}

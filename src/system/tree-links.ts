import * as fs from 'node:fs'
import { bytesText, type TreePath } from '../model/tree-path.ts'
import { errorCode, failed } from './failure.ts'
import { copyEntries, hostPath, type TreeEntry, treeNames } from './tree.ts'

/** Parts of a tree that is made of another one's files. Rules for paths and errors as in tree.ts. */

/**
 * Makes what `from` has at `path`, a file or a symlink, also the one of `to`, by a hard link; by a copy where the file has all
 * the links that it can have, or may not have another one, or is on another file system.
 */
export function linkEntry(from: string, path: TreePath, to: string, link: typeof fs.linkSync = fs.linkSync): void {
  try {
    link(hostPath(from, path), hostPath(to, path))
  } catch (error) {
    if (!['EMLINK', 'EXDEV', 'EPERM', 'EOPNOTSUPP'].includes(errorCode(error) ?? ''))
      throw failed('link', from + bytesText(path), error)
    copyEntries(from, [{ path }], to)
  }
}

/** A directory that only its owner may enter, until finishDirectory. */
export function makeTreeDirectory(to: string, path: TreePath): void {
  attempt('create directory', to, path, (place) => fs.mkdirSync(place, { mode: 0o700 }))
}

/** Gives a directory whose entries are all there the mode and time of `model`. */
export function finishDirectory(to: string, path: TreePath, { mode, mtimeMs }: TreeEntry): void {
  attempt('change', to, path, (place) => {
    fs.chmodSync(place, mode)
    fs.utimesSync(place, mtimeMs / 1000, mtimeMs / 1000)
  })
}

/** Something empty for a mount to lie on. */
export function makeMountPoint(to: string, path: TreePath, kind: 'directory' | 'file'): void {
  attempt('create', to, path, (place) => {
    if (kind === 'directory') fs.mkdirSync(place, { mode: 0o755 })
    else fs.closeSync(fs.openSync(place, 'wx', 0o644))
  })
}

/** Names in the directory at `path`, in bytewise order; none where this user may not list it. */
export function readableNames(directory: string, path: TreePath): string[] {
  try {
    fs.accessSync(hostPath(directory, path), fs.constants.R_OK | fs.constants.X_OK)
  } catch {
    return []
  }
  return treeNames(directory, path)
}

function attempt(action: string, directory: string, path: TreePath, call: (place: string | Buffer) => void): void {
  try {
    call(hostPath(directory, path))
  } catch (error) {
    throw failed(action, directory + bytesText(path), error)
  }
}

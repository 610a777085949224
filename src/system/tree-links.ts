import * as fs from 'node:fs'
import { join } from 'node:path'
import { bytesText, type TreePath } from '../model/tree-path.ts'
import { digestText } from './digests.ts'
import { errorCode, failed } from './failure.ts'
import { makeDirectory } from './files.ts'
import { copyEntries, hostPath, type TreeEntry, treeLink, treeNames } from './tree.ts'

/**
 * Parts of a tree that is made of another one's files. Rules for paths and errors are those of tree.ts. What link(2) says where
 * it cannot, though nothing is wrong:
 */
const linkRefusals = ['EMLINK', 'EXDEV', 'EPERM', 'EOPNOTSUPP']

/**
 * Makes what `from` has at `path`, a file or a symlink, also the one of `to`, by a hard link; by a copy where the file has all
 * the links that it can have, or may not have another one, or is on another file system.
 */
export function linkEntry(from: string, path: TreePath, to: string, link: typeof fs.linkSync = fs.linkSync): void {
  try {
    link(hostPath(from, path), hostPath(to, path))
  } catch (error) {
    if (!linkRefusals.includes(errorCode(error) ?? '')) throw failed('link', from + bytesText(path), error)
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

/** An empty directory for a mount to lie on. */
export function makeDirectoryPoint(to: string, path: TreePath): void {
  attempt('create directory', to, path, (place) => fs.mkdirSync(place, { mode: 0o755 }))
}

/**
 * A directory from which empty files and symlinks are taken as hard links, in this tree and in later ones. ext4 does not use an
 * inode again for minutes, and looks at each such one whenever it needs one: thousands of new ones for each build would make
 * every build slower than the one before. Whatever is missing there is made.
 */
export type LinkStock = string & { readonly linkStock: true }

export function openLinkStock(directory: string): LinkStock {
  makeDirectory(directory)
  return directory as LinkStock
}

/** An empty file for a mount to lie on. */
export function makeFilePoint(to: string, path: TreePath, stock: LinkStock, link = fs.linkSync): void {
  attempt('create', to, path, (place) => {
    const make = (where: string | Buffer): void => fs.closeSync(fs.openSync(where, 'wx', 0o644))
    takeFromStock(join(stock, 'empty'), place, make, link)
  })
}

/** A symlink like the one that `from` has at `path`. */
export function copySymlink(from: string, path: TreePath, to: string, stock: LinkStock, link = fs.linkSync): void {
  const target = treeLink(from, path)
  attempt('create link', to, path, (place) => {
    const make = (where: string | Buffer): void => fs.symlinkSync(Buffer.from(target, 'latin1'), where)
    takeFromStock(join(stock, `to-${digestText(target)}`), place, make, link)
  })
}

function takeFromStock(
  item: string,
  place: string | Buffer,
  make: (where: string | Buffer) => void,
  link: typeof fs.linkSync,
): void {
  try {
    link(item, place)
  } catch (error) {
    const code = errorCode(error) ?? ''
    if (linkRefusals.includes(code)) make(place)
    else if (code === 'ENOENT') {
      unlessThere(() => make(item))
      link(item, place)
    } else throw error
  }
}

/** Another kith may have been faster. */
function unlessThere(call: () => void): void {
  try {
    call()
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
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

import * as fs from 'node:fs'
import { baseName, bytesText, childPath, parentPath, type TreePath } from '../model/tree-path.ts'
import { copyAcross } from './copy-across.ts'
import { errorCode, failed } from './failure.ts'
import type { RefusedXattr } from './file-xattrs.ts'
import { hostPath, treeEntry } from './tree.ts'

/** Changes of a root, one system call each where the kernel allows it. Paths are physical. All throw `io-failed`. */

/** Makes a directory with exactly `mode`; missing ones above it get 0755. One that is there already stays as it is. */
export function makeTreeDirectory(root: string, path: TreePath, mode: number): void {
  attempt('create directory', root, path, () => {
    if (treeEntry(root, path)?.kind === 'directory') return
    makeParents(root, path)
    makeExactly(hostPath(root, path), mode)
  })
}

function makeParents(root: string, path: TreePath): void {
  const parent = parentPath(path)
  if (parent === '/' || treeEntry(root, parent) !== undefined) return
  makeParents(root, parent)
  makeExactly(hostPath(root, parent), 0o755)
}

/** Whatever the umask, and also where a setgid directory above would pass its bit on. */
function makeExactly(place: string | Buffer, mode: number): void {
  fs.mkdirSync(place, 0o700)
  fs.chmodSync(place, mode)
}

/**
 * Puts the file, link or fifo `from` in `source` at `to` in `root`, replacing what is there in one step. Gives the attributes
 * that it cannot have there.
 */
export function placeFile(source: string, from: TreePath, root: string, to: TreePath): RefusedXattr[] {
  return attempt('install', root, to, () => {
    const origin = hostPath(source, from)
    makeParents(root, to)
    try {
      fs.renameSync(origin, hostPath(root, to))
      return []
    } catch (error) {
      if (errorCode(error) !== 'EXDEV') throw error
      const refused = replaceByCopy(origin, root, to)
      fs.unlinkSync(origin)
      return refused
    }
  })
}

/**
 * Copies a file, link or fifo, with owner, mode, times and extended attributes, over what is at `copy`, in one step. Gives the
 * attributes that it cannot have there.
 */
export function copyFileAside(root: string, path: TreePath, copy: TreePath): RefusedXattr[] {
  return attempt('copy', root, path, () => {
    makeParents(root, copy)
    return replaceByCopy(hostPath(root, path), root, copy)
  })
}

function replaceByCopy(origin: string | Buffer, root: string, to: TreePath): RefusedXattr[] {
  return replaceBy(root, to, (beside) => copyAcross(origin, beside, to))
}

/** Writes a text file of the database, complete or not at all, with mode 0644; `bytes` as latin1. */
export function writeTreeFile(root: string, path: TreePath, bytes: string): void {
  attempt('write', root, path, () =>
    replaceBy(root, path, (beside) => {
      fs.writeFileSync(beside, Buffer.from(bytes, 'latin1'), { flush: true })
      fs.chmodSync(beside, 0o644)
    }),
  )
}

/** `make` makes the new file beside, which then replaces the old one; when it fails nothing stays of the new one. */
function replaceBy<Result>(root: string, to: TreePath, make: (beside: string | Buffer) => Result): Result {
  const beside = hostPath(root, childPath(parentPath(to), `.kith-${process.pid}-${baseName(to)}`.slice(0, 255)))
  try {
    fs.rmSync(beside, { force: true })
    const made = make(beside)
    fs.renameSync(beside, hostPath(root, to))
    return made
  } catch (error) {
    fs.rmSync(beside, { force: true })
    throw error
  }
}

/** Removes a file or link; one that is gone already, or a directory by now, is no failure. */
export function removeTreeFile(root: string, path: TreePath): void {
  attempt('remove', root, path, () => {
    const kind = treeEntry(root, path)?.kind
    if (kind !== undefined && kind !== 'directory') fs.rmSync(hostPath(root, path), { force: true })
  })
}

/** Removes a directory if nothing is in it and nothing is mounted there; a link to a directory stays. */
export function removeEmptyDirectory(root: string, path: TreePath): void {
  attempt('remove', root, path, () => {
    try {
      if (treeEntry(root, path)?.kind === 'directory') fs.rmdirSync(hostPath(root, path))
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EBUSY'].includes(errorCode(error) ?? '')) throw error
    }
  })
}

function attempt<Result>(action: string, root: string, path: TreePath, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    if (error instanceof Error && error.name === 'KithError') throw error
    throw failed(action, root + bytesText(path), error)
  }
}

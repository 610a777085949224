import * as fs from 'node:fs'
import { baseName, bytesText, childPath, parentPath, type TreePath } from '../model/tree-path.ts'
import { errorCode, failed } from './failure.ts'
import { hostPath, treeEntry } from './tree.ts'

/** Changes of a root, one system call each where the kernel allows it. Paths are physical. All throw `io-failed`. */

/** Makes a directory with exactly `mode`; missing ones above it get 0755. One that is there already stays as it is. */
export function makeTreeDirectory(root: string, path: TreePath, mode: number): void {
  attempt('create directory', root, path, () => {
    const place = hostPath(root, path)
    if (treeEntry(root, path) !== undefined) return
    fs.mkdirSync(hostPath(root, parentPath(path)), { recursive: true, mode: 0o755 })
    fs.mkdirSync(place, { mode: 0o700 })
    fs.chmodSync(place, mode)
  })
}

/** Puts the file, link or fifo `from` in `source` at `to` in `root`, replacing what is there in one step. */
export function placeFile(source: string, from: TreePath, root: string, to: TreePath): void {
  attempt('install', root, to, () => {
    const origin = hostPath(source, from)
    const place = hostPath(root, to)
    fs.mkdirSync(hostPath(root, parentPath(to)), { recursive: true, mode: 0o755 })
    try {
      fs.renameSync(origin, place)
    } catch (error) {
      if (errorCode(error) !== 'EXDEV') throw error
      const beside = hostPath(root, temporaryBeside(to))
      copyAcross(origin, beside)
      fs.renameSync(beside, place)
      fs.unlinkSync(origin)
    }
  })
}

function copyAcross(from: string | Buffer, to: string | Buffer): void {
  fs.rmSync(to, { force: true })
  const found = fs.lstatSync(from)
  if (found.isSymbolicLink()) {
    fs.symlinkSync(fs.readlinkSync(from, { encoding: 'buffer' }), to)
    return
  }
  fs.copyFileSync(from, to)
  fs.chmodSync(to, found.mode & 0o7777)
  fs.utimesSync(to, found.atime, found.mtime)
}

/** Removes a file or link; one that is gone already is no failure. */
export function removeTreeFile(root: string, path: TreePath): void {
  attempt('remove', root, path, () => {
    if (treeEntry(root, path)?.kind !== 'directory') fs.rmSync(hostPath(root, path), { force: true })
  })
}

/** Removes a directory if nothing is in it; a link to a directory stays. */
export function removeEmptyDirectory(root: string, path: TreePath): void {
  try {
    if (treeEntry(root, path)?.kind === 'directory') fs.rmdirSync(hostPath(root, path))
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EBUSY'].includes(errorCode(error) ?? ''))
      throw failed('remove', root + bytesText(path), error)
  }
}

function attempt(action: string, root: string, path: TreePath, call: () => void): void {
  try {
    call()
  } catch (error) {
    if (error instanceof Error && error.name === 'KithError') throw error
    throw failed(action, root + bytesText(path), error)
  }
}

/** Copies a file or link, with mode and times, over what is at `copy`, in one step. */
export function copyFileAside(root: string, path: TreePath, copy: TreePath): void {
  attempt('copy', root, path, () => {
    const place = hostPath(root, copy)
    const beside = hostPath(root, temporaryBeside(copy))
    fs.mkdirSync(hostPath(root, parentPath(copy)), { recursive: true, mode: 0o755 })
    copyAcross(hostPath(root, path), beside)
    fs.renameSync(beside, place)
  })
}

/** Writes a text file of the database, complete or not at all; `bytes` as latin1. */
export function writeTreeFile(root: string, path: TreePath, bytes: string): void {
  attempt('write', root, path, () => {
    const beside = hostPath(root, temporaryBeside(path))
    fs.writeFileSync(beside, Buffer.from(bytes, 'latin1'), { mode: 0o644, flush: true })
    fs.renameSync(beside, hostPath(root, path))
  })
}

function temporaryBeside(path: TreePath): TreePath {
  return childPath(parentPath(path), `.kith-${process.pid}-${baseName(path)}`.slice(0, 255))
}

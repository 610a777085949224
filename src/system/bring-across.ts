import * as fs from 'node:fs'
import { bytesText, childPath, parentPath, type TreePath } from '../model/tree-path.ts'
import { copyAcross } from './copy-across.ts'
import { failed } from './failure.ts'
import type { RefusedXattr } from './file-xattrs.ts'
import { hostPath, treeEntry } from './tree.ts'

export interface BroughtFiles extends Disposable {
  /** For each file (directory and path) that is on another file system than its future place: its copy near that place. */
  readonly copies: ReadonlyMap<string, TreePath>
  /** What the copies cannot have, told with the places they are for. */
  readonly refusedXattrs: readonly RefusedXattr[]
}

export interface FilePlace {
  /** Of a staged tree, and the path in it. */
  readonly directory: string
  readonly from: TreePath
  readonly to: TreePath
}

/**
 * Copies files of staged trees that shall go to another file system of `root`, so that a rename puts them in place later
 * and a full disk is noticed before anything is changed. Hard links stay links. Throws `io-failed`, and leaves nothing then;
 * disposing removes the copies that were not used.
 */
export function bringAcross(files: readonly FilePlace[], root: string): BroughtFiles {
  const copies = new Map<string, TreePath>()
  const dispose = (): void => {
    for (const copy of copies.values()) fs.rmSync(hostPath(root, copy), { force: true })
  }
  const directories = new NearestDirectories(root)
  const firstCopies = new Map<string, TreePath>()
  const refusedXattrs: RefusedXattr[] = []
  try {
    for (const { directory, from, to } of files) {
      const { path: near, device } = directories.of(to)
      const file = treeEntry(directory, from)
      // A hook may have been at the staged tree.
      if (file === undefined || file.kind === 'directory')
        throw failed('install', root + bytesText(to), new Error('it is no file in the unpacked package any more'))
      if (file.device === device) continue
      const copy = childPath(near, `.kith-staged-${process.pid}-${copies.size}`)
      const key = `${device}:${file.inode}`
      copies.set(directory + from, copy)
      const origin = hostPath(directory, from)
      refusedXattrs.push(...copyOrLink({ origin, linked: firstCopies.get(key), to }, copy, root))
      if (file.links > 1 && !firstCopies.has(key)) firstCopies.set(key, copy)
    }
  } catch (error) {
    dispose()
    throw error
  }
  return { copies, refusedXattrs, [Symbol.dispose]: dispose }
}

interface Original {
  readonly origin: string | Buffer
  /** The copy of another name of the same file. */
  readonly linked: TreePath | undefined
  readonly to: TreePath
}

function copyOrLink({ origin, linked, to }: Original, copy: TreePath, root: string): RefusedXattr[] {
  try {
    if (linked === undefined) return copyAcross(origin, hostPath(root, copy), to)
    fs.linkSync(hostPath(root, linked), hostPath(root, copy))
    return []
  } catch (error) {
    throw failed('copy to', root + bytesText(copy), error)
  }
}

/** Throws `io-failed` where a directory that `paths` are in, or will be made in, cannot be written: on a read-only file system. */
export function requireWritable(paths: readonly TreePath[], root: string): void {
  const directories = new NearestDirectories(root)
  for (const path of new Set(paths.map((one) => directories.of(one).path)))
    try {
      fs.accessSync(hostPath(root, path), fs.constants.W_OK | fs.constants.X_OK)
    } catch (error) {
      throw failed('write in', root + bytesText(path), error)
    }
}

/** The directory that is there already, at or above the one of a path. */
class NearestDirectories {
  readonly #known = new Map<TreePath, { readonly path: TreePath; readonly device: number }>()

  constructor(readonly root: string) {}

  of(path: TreePath): { readonly path: TreePath; readonly device: number } {
    const parent = parentPath(path)
    const known = this.#known.get(parent)
    if (known !== undefined) return known
    const found = treeEntry(this.root, parent)
    const nearest =
      found?.kind === 'directory' || parent === '/' ? { path: parent, device: found?.device ?? 0 } : this.of(parent)
    this.#known.set(parent, nearest)
    return nearest
  }
}

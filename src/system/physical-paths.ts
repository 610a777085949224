import { baseName, childPath, parentPath, type TreePath, treePathFault } from '../model/tree-path.ts'
import { treeEntry, treeLink } from './tree.ts'

/**
 * Where paths really are in a root: symlinks above them resolved inside the root (an absolute link means the root's own),
 * the last segment left alone. Directories are looked at once; make a new one after the root changed.
 */
export class PhysicalPaths {
  readonly #directories = new Map<TreePath, TreePath>()

  constructor(readonly root: string) {}

  /** The place of `path`: its directory resolved. */
  place(path: TreePath): TreePath {
    return path === '/' ? path : childPath(this.#directory(parentPath(path), 0), baseName(path))
  }

  /** What `path` leads to when it is a symlink, also over several links; itself otherwise. */
  target(path: TreePath): TreePath {
    return this.#directory(path, 0)
  }

  #directory(path: TreePath, depth: number): TreePath {
    if (path === '/') return path
    const known = this.#directories.get(path)
    if (known !== undefined) return known
    const place = childPath(this.#directory(parentPath(path), depth), baseName(path))
    const resolved = this.#follow(place, depth)
    this.#directories.set(path, resolved)
    return resolved
  }

  #follow(place: TreePath, depth: number): TreePath {
    const mostLinks = 40
    if (depth > mostLinks || treeEntry(this.root, place)?.kind !== 'symlink') return place
    const to = joinLink(parentPath(place), treeLink(this.root, place))
    return to === undefined ? place : this.#directory(to, depth + 1)
  }
}

/** The path a link's text means, seen from its directory; `..` stops at the root, as in a chroot. */
function joinLink(directory: TreePath, text: string): TreePath | undefined {
  const segments = text.startsWith('/') ? [] : directory.split('/').filter((segment) => segment !== '')
  for (const segment of text.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  const path = `/${segments.join('/')}`
  return treePathFault(path) === undefined ? (path as TreePath) : undefined
}

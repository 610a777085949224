import { baseName, childPath, parentPath, type TreePath, textTreePath, treePathFault } from '../model/tree-path.ts'
import type { TreeView } from './tree-view.ts'

/**
 * Where paths really are in a root: symlinks above them resolved inside the root (an absolute link means the root's own, `..`
 * stops at the root, as in a chroot), the last segment left alone. Everything is looked at once; make a new one after the
 * root changed.
 */
export class PhysicalPaths {
  /** Physical directories of paths that were asked for. */
  readonly #directories = new Map<TreePath, TreePath>()
  /** What each place leads to. While a link is being followed it counts as leading to itself, so that a loop ends. */
  readonly #targets = new Map<TreePath, TreePath>()

  /** Links at `replaced` are not followed: directories are going to be there. */
  constructor(
    readonly tree: TreeView,
    replaced: Iterable<TreePath> = [],
  ) {
    for (const place of replaced) this.#targets.set(place, place)
  }

  /** The place of `path`: its directory resolved. */
  place(path: TreePath): TreePath {
    return path === '/' ? path : childPath(this.target(parentPath(path)), baseName(path))
  }

  /** What `path` leads to when it is a symlink, also over several links; its place otherwise. */
  target(path: TreePath): TreePath {
    if (path === '/') return path
    const known = this.#directories.get(path)
    if (known !== undefined) return known
    const resolved = this.#follow(this.place(path))
    this.#directories.set(path, resolved)
    return resolved
  }

  #follow(place: TreePath): TreePath {
    const known = this.#targets.get(place)
    if (known !== undefined) return known
    this.#targets.set(place, place)
    if (this.tree.entry(place)?.kind !== 'symlink') return place
    const target = this.#walk(parentPath(place), this.tree.link(place)) ?? place
    this.#targets.set(place, target)
    return target
  }

  /** Where a link's text leads, seen from its directory; undefined where no path can be so long. */
  #walk(directory: TreePath, text: string): TreePath | undefined {
    let here = text.startsWith('/') ? rootPath : directory
    for (const segment of text.split('/')) {
      if (segment === '' || segment === '.') continue
      const next = segment === '..' ? parentPath(here) : childPath(here, segment)
      if (treePathFault(next) !== undefined) return undefined
      here = segment === '..' ? next : this.#follow(next)
    }
    return here
  }
}

const rootPath = textTreePath('/')

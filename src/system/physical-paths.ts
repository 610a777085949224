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

  /** Links that lead over one which somebody else could lead elsewhere at any time, and that one. */
  readonly #foreign = new Map<TreePath, TreePath>()

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

  /**
   * A link on the way to `path`, itself included, that belongs neither to root nor to whoever the root or this process belongs to;
   * undefined where there is none.
   */
  foreignLink(path: TreePath): TreePath | undefined {
    if (path === '/') return undefined
    const above = this.foreignLink(parentPath(path))
    if (above !== undefined) return above
    this.target(path)
    return this.#foreign.get(this.place(path))
  }

  #follow(place: TreePath): TreePath {
    const known = this.#targets.get(place)
    if (known !== undefined) return known
    this.#targets.set(place, place)
    const entry = this.tree.entry(place)
    if (entry?.kind !== 'symlink') return place
    if (!this.#isTrusted(entry.owner)) this.#foreign.set(place, place)
    const target = this.#walk(place, this.tree.link(place)) ?? place
    this.#targets.set(place, target)
    return target
  }

  #isTrusted(owner: number | undefined): boolean {
    return owner === undefined || [0, process.getuid?.(), this.tree.entry(rootPath)?.owner].includes(owner)
  }

  /** Where the text of the link at `link` leads; undefined where no path can be so long. */
  #walk(link: TreePath, text: string): TreePath | undefined {
    let here = text.startsWith('/') ? rootPath : parentPath(link)
    for (const segment of text.split('/')) {
      if (segment === '' || segment === '.') continue
      const next = segment === '..' ? parentPath(here) : childPath(here, segment)
      if (treePathFault(next) !== undefined) return undefined
      here = segment === '..' ? next : this.#follow(next)
      const foreign = this.#foreign.get(next)
      if (foreign !== undefined && !this.#foreign.has(link)) this.#foreign.set(link, foreign)
    }
    return here
  }
}

const rootPath = textTreePath('/')

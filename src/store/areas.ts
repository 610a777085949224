import { childPath, parentPath, type TreePath } from '../model/tree-path.ts'
import type { HandleEntry, TreeHandle } from '../system/tree-handle.ts'
import { stateName } from './state-directory.ts'

/**
 * The parts of a root within which a file can be renamed: one for each mount. Every area that a transaction touches has a state
 * directory: the first is the one beside the database, others are at the top of what is mounted.
 */
export class Areas {
  readonly #states: TreePath[]
  readonly #keys: string[]
  readonly #known = new Map<TreePath, number>()

  constructor(
    readonly root: TreeHandle,
    readonly state: TreePath,
  ) {
    this.#states = [state]
    this.#keys = [areaKey(this.#nearest(state).entry)]
  }

  /** Where the state directories are, the first beside the database. */
  get states(): readonly TreePath[] {
    return this.#states
  }

  /** The area of a path that is there, or may be made. */
  of(path: TreePath): number {
    const parent = parentPath(path)
    const known = this.#known.get(parent)
    if (known !== undefined) return known
    const { entry, place } = this.#nearest(parent)
    const area = this.#areaOf(entry, place)
    this.#known.set(parent, area)
    return area
  }

  #areaOf(entry: HandleEntry, place: TreePath): number {
    const key = areaKey(entry)
    const known = this.#keys.indexOf(key)
    if (known >= 0) return known
    let top = place
    while (top !== '/' && areaKey(this.#nearest(parentPath(top)).entry) === key) top = parentPath(top)
    this.#keys.push(key)
    return this.#states.push(childPath(top, stateName)) - 1
  }

  /** The directory that is there already, at or above `path`. */
  #nearest(path: TreePath): { readonly place: TreePath; readonly entry: HandleEntry } {
    for (let place = path; ; place = parentPath(place)) {
      const entry = this.root.entry(place)
      if (entry?.kind === 'directory') return { place, entry }
      if (place === '/') throw new Error('the root is no directory')
    }
  }
}

/** Two mounts of one device are two areas; so are subvolumes of one mount, which have devices of their own. */
export function areaKey({ mount, device }: HandleEntry): string {
  return `${mount ?? ''} ${device}`
}

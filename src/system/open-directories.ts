import type { TreePath } from '../model/tree-path.ts'
import { close, openBeneath } from '../native/entries.ts'
import { KernelError } from '../native/libc.ts'

/** More are opened anew each time. At least two stay open: a rename has two. */
const mostOpen = 64

/** Directories of one tree that are held open, found by their path; no link on the way is followed. Throws KernelError. */
export class OpenDirectories implements Disposable {
  /** The longest unused first. */
  readonly #open = new Map<TreePath, number>()

  /** `root` is open already, and closed with the others. */
  constructor(readonly root: number) {}

  [Symbol.dispose](): void {
    for (const fd of this.#open.values()) close(fd)
    this.#open.clear()
    close(this.root)
  }

  open(path: TreePath): number {
    if (path === '/') return this.root
    const known = this.#open.get(path)
    if (known !== undefined) {
      this.#open.delete(path)
      this.#open.set(path, known)
      return known
    }
    for (const [oldest, fd] of this.#open) {
      if (this.#open.size < mostOpen) break
      this.#open.delete(oldest)
      close(fd)
    }
    const fd = openBeneath(this.root, path.slice(1))
    this.#open.set(path, fd)
    return fd
  }

  /** The same; undefined where there is no such directory. */
  find(path: TreePath): number | undefined {
    try {
      return this.open(path)
    } catch (error) {
      // Nothing, or no directory, or a link on the way: in a physical path there is nothing either.
      if (error instanceof KernelError && [2, 20, 40].includes(error.errno)) return undefined
      throw error
    }
  }

  /** What is no longer at `path`, or was never a directory, must not be found there. */
  forget(path: TreePath): void {
    for (const [known, fd] of this.#open)
      if (known === path || known.startsWith(`${path}/`)) {
        this.#open.delete(known)
        close(fd)
      }
  }
}

import type { TreePath } from '../model/tree-path.ts'

/** A path below a tree's directory; `tree` is what TreeHandle was opened with. */
export interface TreePlace {
  readonly tree: string
  readonly path: TreePath
}

/**
 * One call of the kernel that changes files or makes changes last: everything that a transaction does to a disk is one of these,
 * in the order in which they happen.
 */
export type TreeChange =
  | { readonly kind: 'make-directory'; readonly at: TreePlace; readonly mode: number }
  | { readonly kind: 'make-fifo'; readonly at: TreePlace; readonly mode: number }
  | { readonly kind: 'make-symlink'; readonly at: TreePlace; readonly to: string }
  /** A new, empty file. */
  | { readonly kind: 'create'; readonly at: TreePlace; readonly mode: number }
  | { readonly kind: 'write'; readonly at: TreePlace; readonly bytes: Uint8Array }
  /** Room for so many bytes, without content. */
  | { readonly kind: 'allocate'; readonly at: TreePlace; readonly sizeBytes: number }
  | { readonly kind: 'link'; readonly at: TreePlace; readonly to: TreePlace }
  | { readonly kind: 'rename'; readonly at: TreePlace; readonly to: TreePlace }
  | { readonly kind: 'remove'; readonly at: TreePlace }
  | { readonly kind: 'remove-directory'; readonly at: TreePlace }
  | { readonly kind: 'change-mode'; readonly at: TreePlace; readonly mode: number }
  | { readonly kind: 'change-owner'; readonly at: TreePlace; readonly uid: number; readonly gid: number }
  | { readonly kind: 'change-times'; readonly at: TreePlace; readonly seconds: number }
  | { readonly kind: 'change-xattr'; readonly at: TreePlace; readonly name: string; readonly value: string }
  /** The file's content, or the names in the directory, are on the disk afterwards. */
  | { readonly kind: 'sync'; readonly at: TreePlace }
  /** Everything of the file system that `at` is on. */
  | { readonly kind: 'sync-file-system'; readonly at: TreePlace }

export type ChangeWatcher = (change: TreeChange) => void

let watcher: ChangeWatcher | undefined

/**
 * Has `next` told of every change just before it is made, until disposed: the border at which tests record what a transaction
 * does, let single calls fail (by throwing a KernelError) and stop (by throwing anything else).
 */
export function watchTreeChanges(next: ChangeWatcher): Disposable {
  const before = watcher
  watcher = next
  return {
    [Symbol.dispose]: () => {
      watcher = before
    },
  }
}

/** For TreeHandle alone. */
export function tellTreeChange(change: () => TreeChange): void {
  if (watcher !== undefined) watcher(change())
}

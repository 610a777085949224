import { type TreeChange, type TreePlace, watchTreeChanges } from '../../src/system/tree-change.ts'

/** A TreeChange with paths below the root, and bytes as latin1. */
export type RecordedChange =
  | {
      readonly kind: 'make-directory' | 'make-fifo' | 'create' | 'change-mode'
      readonly path: string
      readonly mode: number
    }
  | { readonly kind: 'make-symlink'; readonly path: string; readonly to: string }
  | { readonly kind: 'write'; readonly path: string; readonly bytes: string }
  | { readonly kind: 'allocate'; readonly path: string; readonly sizeBytes: number }
  | { readonly kind: 'link' | 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'remove' | 'remove-directory' | 'sync' | 'sync-file-system'; readonly path: string }
  | { readonly kind: 'change-owner'; readonly path: string; readonly uid: number; readonly gid: number }
  | { readonly kind: 'change-times'; readonly path: string; readonly seconds: number }
  | { readonly kind: 'change-xattr'; readonly path: string; readonly name: string; readonly value: string }

/**
 * Everything that `run` does to the tree `root`, in order. A file is written to under the name that it was made with. `each` is called
 * before a change is made, with how many there were before.
 */
export async function recordChanges(
  root: string,
  run: () => Promise<unknown> | unknown,
  each: (index: number) => void = () => undefined,
): Promise<RecordedChange[]> {
  const recorded: RecordedChange[] = []
  {
    using _watch = watchTreeChanges((change) => {
      each(recorded.length)
      recorded.push(recordedChange(change, root))
    })
    await run()
  }
  return recorded
}

function recordedChange(change: TreeChange, root: string): RecordedChange {
  const at = (place: TreePlace): string => {
    const whole = place.tree + (place.path === '/' ? '' : place.path)
    if (whole !== root && !whole.startsWith(`${root}/`)) throw new Error(`${whole} is not below ${root}`)
    return whole.slice(root.length) || '/'
  }
  const path = at(change.at)
  switch (change.kind) {
    case 'write':
      return { kind: 'write', path, bytes: Buffer.from(change.bytes).toString('latin1') }
    case 'link':
    case 'rename':
      return { kind: change.kind, path, to: at(change.to) }
    default: {
      const { at: _, ...rest } = change
      return { ...rest, path }
    }
  }
}

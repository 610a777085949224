import { ancestorPaths, baseName, childPath, parentPath, type TreePath } from '../model/tree-path.ts'
import type { FileOwnership, FoundEntry, Operation } from '../plan/transaction.ts'
import { type DigestAlgorithm, digestBytes } from '../system/digests.ts'
import type { TreeView } from '../system/tree-view.ts'

/** What is at a place now: nothing, a new directory, or what a tree has somewhere. */
export type PlannedEntry =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'directory'; readonly mode: number; readonly owner: FileOwnership | undefined }
  | Origin

/** A file, link or pipe. */
export type Origin =
  | { readonly kind: 'from'; readonly source: Source; readonly place: TreePath; readonly tree: TreeView }
  | { readonly kind: 'written'; readonly bytes: string; readonly place: TreePath; readonly tree: TreeView }

/** `before`: the tree as it was; otherwise the name of a staged tree. */
export type Source = { readonly kind: 'before' } | { readonly kind: 'staged'; readonly tree: string }

/**
 * A tree as planned operations will leave it, while nothing is changed yet. Each operation does here what it does in
 * store/apply; a test holds them together. PhysicalPaths made before an operation may be wrong after it, as with a real tree.
 */
export class PlannedTree implements TreeView {
  readonly #changes = new Map<TreePath, PlannedEntry>()
  /** For each directory, the names in it that changed. */
  readonly #changedNames = new Map<TreePath, Set<string>>()
  /** Where `before` has a link and this tree has something else: what is below there is not what the link leads to. */
  readonly #formerLinks = new Set<TreePath>()

  /** `staged` has the trees that operations take files from. */
  constructor(
    readonly before: TreeView,
    readonly staged: ReadonlyMap<string, TreeView> = new Map(),
  ) {}

  carryOut(operations: readonly Operation[]): void {
    for (const operation of operations) this.#carryOut(operation)
  }

  entry(place: TreePath): ReturnType<TreeView['entry']> {
    const change = this.#changes.get(place) ?? (this.#isBelowFormerLink(place) ? nothing : undefined)
    if (change?.kind === 'nothing') return undefined
    if (change?.kind === 'directory') return { kind: 'directory' }
    const origin = this.#origin(place)
    return origin.tree.entry(origin.place)
  }

  names(place: TreePath): readonly string[] {
    const hadNames = this.before.entry(place)?.kind === 'directory' && !this.#isBelowFormerLink(place)
    const before = hadNames ? this.before.names(place) : []
    const changed = this.#changedNames.get(place)
    if (changed === undefined) return before
    const present = [...changed].filter((name) => this.entry(childPath(place, name)) !== undefined)
    const names = [...before.filter((name) => !changed.has(name)), ...present]
    return names.sort((one, other) => (one < other ? -1 : 1))
  }

  link(place: TreePath): string {
    const origin = this.#origin(place)
    return origin.tree.link(origin.place)
  }

  bytes(place: TreePath): string {
    const origin = this.#origin(place)
    return origin.tree.bytes(origin.place)
  }

  digest(place: TreePath, algorithm: DigestAlgorithm): Promise<string> {
    const origin = this.#origin(place)
    return origin.tree.digest(origin.place, algorithm)
  }

  label(place: TreePath): string {
    return this.before.label(place)
  }

  /** What is other than it was, or was touched at least; bytewise by place. */
  changes(): [TreePath, PlannedEntry][] {
    return [...this.#changes].sort(([one], [other]) => (one < other ? -1 : 1))
  }

  /** What was at a place before all operations. */
  former(place: TreePath): FoundEntry['kind'] | undefined {
    return this.#isBelowFormerLink(place) ? undefined : this.before.entry(place)?.kind
  }

  #carryOut(operation: Operation): void {
    switch (operation.kind) {
      case 'make-directory':
        this.#makeDirectory(operation.path, operation.mode, operation.owner)
        return
      case 'change-mode':
        if (this.entry(operation.path)?.kind === 'directory')
          this.#set(operation.path, { kind: 'directory', mode: operation.mode, owner: undefined })
        return
      case 'place': {
        const { tree, path } = operation.staged
        const source: Source = { kind: 'staged', tree }
        this.#put(operation.path, { kind: 'from', source, tree: this.#stagedTree(tree), place: path })
        return
      }
      case 'move':
        this.#put(operation.to, this.#origin(operation.from))
        this.#set(operation.from, nothing)
        return
      case 'copy-aside':
        this.#put(operation.copy, this.#origin(operation.path))
        return
      case 'write':
        this.#put(operation.path, writtenFile(operation.path, operation.bytes))
        return
      case 'remove':
        if (this.entry(operation.path)?.kind !== 'directory') this.#set(operation.path, nothing)
        return
      case 'remove-directory':
        if (this.#isEmptyDirectory(operation.path)) this.#set(operation.path, nothing)
        return
    }
  }

  #origin(place: TreePath): Origin {
    const change = this.#changes.get(place)
    if (change !== undefined && change.kind !== 'nothing' && change.kind !== 'directory') return change
    return { kind: 'from', source: { kind: 'before' }, tree: this.before, place }
  }

  #isBelowFormerLink(place: TreePath): boolean {
    return this.#formerLinks.size > 0 && ancestorPaths(place).some((above) => this.#formerLinks.has(above))
  }

  #set(place: TreePath, change: PlannedEntry): void {
    if (this.before.entry(place)?.kind === 'symlink') this.#formerLinks.add(place)
    this.#changes.set(place, change)
    const parent = parentPath(place)
    const names = this.#changedNames.get(parent) ?? new Set()
    this.#changedNames.set(parent, names.add(baseName(place)))
  }

  #put(place: TreePath, origin: Origin): void {
    this.#makeParents(place)
    this.#set(place, origin)
  }

  #makeDirectory(place: TreePath, mode = 0o755, owner?: FileOwnership): void {
    if (this.entry(place)?.kind === 'directory') return
    this.#makeParents(place)
    this.#set(place, { kind: 'directory', mode, owner })
  }

  #makeParents(place: TreePath): void {
    const parent = parentPath(place)
    if (parent !== '/' && this.entry(parent) === undefined) this.#makeDirectory(parent)
  }

  /** A tree that is not there is a bug: whoever planned had it. */
  #stagedTree(name: string): TreeView {
    const tree = this.staged.get(name)
    if (tree === undefined) throw new Error(`nothing is staged for ${name}`)
    return tree
  }

  #isEmptyDirectory(place: TreePath): boolean {
    return this.entry(place)?.kind === 'directory' && this.names(place).length === 0
  }
}

const nothing = { kind: 'nothing' } as const

/** What the command writes itself, in a tree of one file that is at every place. */
function writtenFile(path: TreePath, bytes: string): Origin {
  const tree: TreeView = {
    entry: () => ({ kind: 'file' }),
    names: () => [],
    link: () => '',
    bytes: () => bytes,
    digest: async (_, algorithm) => await digestBytes(Buffer.from(bytes, 'latin1'), algorithm),
    label: (place) => place,
  }
  return { kind: 'written', bytes, place: path, tree }
}

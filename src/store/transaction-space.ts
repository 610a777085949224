import { childPath, type TreePath, textTreePath } from '../model/tree-path.ts'
import type { StagedName } from '../plan/root-change.ts'
import { makeDirectory } from '../system/files.ts'
import { TreeHandle } from '../system/tree-handle.ts'
import { Areas } from './areas.ts'
import { tidyUp } from './clear-unfinished.ts'
import { historyIds, savedPath } from './history-paths.ts'
import { addIntent } from './intent.ts'
import { keepReserve } from './reserve.ts'
import { makeDirectories, makeStateDirectory, stateFiles } from './state-directory.ts'

/**
 * Runs `body` with a new space in `root`, which is made where it is missing and which the caller has locked. What `body` does not
 * commit is gone afterwards.
 */
export async function withSpace<Result>(
  root: string,
  body: (space: TransactionSpace) => Promise<Result> | Result,
): Promise<Result> {
  makeDirectory(root || '/')
  using tree = new TreeHandle(root)
  const state = makeStateDirectory(tree)
  try {
    using space = new TransactionSpace(tree, state)
    const result = await body(space)
    keepReserve(tree, state)
    return result
  } finally {
    const journals = [stateFiles.journal, stateFiles.rollback].map((name) => childPath(state, name))
    if (journals.every((path) => tree.entry(path) === undefined)) tidyUp(tree, state)
  }
}

/**
 * Where one transaction keeps what is to come (`staging`) and what it replaces and removes (`saved`): in the state directory of
 * each area that it touches. Whoever has one has locked the root. Disposing closes it, and removes nothing.
 */
export class TransactionSpace implements Disposable {
  readonly #areas: Areas
  readonly #staging = new Map<number, TreeHandle>()
  readonly #saved = new Map<number, TreeHandle>()
  #made = 0

  /** A new one, with the next number. Its directories are made when they are asked for. */
  constructor(
    readonly root: TreeHandle,
    state: TreePath,
  ) {
    this.#areas = new Areas(root, state)
    this.id = Math.max(0, ...historyIds(root, state)) + 1
    // What a crash left of an uncommitted one of this number was removed by the recovery.
    makeDirectories(root, savedPath(state, this.id), 0o700)
  }

  readonly id: number;

  [Symbol.dispose](): void {
    for (const tree of [...this.#staging.values(), ...this.#saved.values()]) tree[Symbol.dispose]()
    this.#staging.clear()
    this.#saved.clear()
  }

  get states(): readonly TreePath[] {
    return this.#areas.states
  }

  /** The state directory beside the database. */
  get state(): TreePath {
    return this.#areas.state
  }

  /** The area of a path of the root. */
  areaOf(path: TreePath): number {
    const before = this.states.length
    const area = this.#areas.of(path)
    if (this.states.length > before) addIntent(this.root, this.states)
    return area
  }

  staging(area: number): TreeHandle {
    return this.#open(this.#staging, area, (state) => childPath(state, stateFiles.staging))
  }

  saved(area: number): TreeHandle {
    return this.#open(this.#saved, area, (state) => savedPath(state, this.id))
  }

  /** A name that nothing has yet, for a file that is made in an area's staging. */
  nextMade(area: number): StagedName {
    const directory = textTreePath('/made')
    if (this.staging(area).entry(directory) === undefined) this.staging(area).makeDirectory(directory, 0o700)
    return { area, path: childPath(directory, String(this.#made++)) }
  }

  #open(known: Map<number, TreeHandle>, area: number, pathOf: (state: TreePath) => TreePath): TreeHandle {
    const open = known.get(area)
    if (open !== undefined) return open
    const state = this.states[area]
    if (state === undefined) throw new Error(`there is no area ${area}`)
    makeDirectories(this.root, state, 0o700)
    makeDirectories(this.root, pathOf(state), 0o700)
    const tree = this.root.below(pathOf(state))
    known.set(area, tree)
    return tree
  }
}

import { baseName, childPath, parentPath, type TreePath, textTreePath, treePathFault } from '../model/tree-path.ts'
import type { ChoiceMove } from '../plan/conflicts.ts'
import { isWithin, type Operation } from '../plan/transaction.ts'
import type { PhysicalPaths } from '../system/physical-paths.ts'
import type { TreeView } from '../system/tree-view.ts'
import { databasePath } from './installed-database.ts'
import { isBelowEtc, type PackageState } from './package-state.ts'
import type { PlacedStagedEntry } from './placed-entries.ts'
import type { StagedContents } from './staged-content.ts'

export interface UntrackedScene {
  readonly entries: readonly PlacedStagedEntry[]
  readonly choices: readonly ChoiceMove[]
  readonly contents: StagedContents
  readonly oldState: PackageState
  readonly physical: PhysicalPaths
}

/**
 * Places where the package has a file and something else is that no package has: somebody put it there. What is the same already is
 * not in the way, and /etc has rules of its own. Throws `io-failed`.
 */
export async function findUntracked({
  entries,
  choices,
  contents,
  oldState,
  physical,
}: UntrackedScene): Promise<TreePath[]> {
  const { tree } = physical
  const own = new Set(oldState.entries.map(({ path }) => physical.place(path)))
  const chosen = new Set(choices.map(({ path }) => path))
  // What an interrupted installation by another tool left there is the package's.
  const database = physical.target(textTreePath(databasePath))
  const found: TreePath[] = []
  for (const { path, place, isDirectory } of entries) {
    if (isDirectory || own.has(place) || isWithin(place, database) || chosen.has(path) || isBelowEtc(path)) continue
    const kind = tree.entry(place)?.kind
    const content = contents.get(path)
    if (kind === undefined || kind === 'directory') continue
    const isSame =
      (kind === 'file' && content?.kind === 'file' && (await tree.digest(place, 'sha256')) === content.sha256) ||
      (kind === 'symlink' && content?.kind === 'symlink' && tree.link(place) === content.to)
    if (!isSame) found.push(place)
  }
  return found
}

/** Copies them to where nothing is: `<file>.orig`. */
export function planAdoption(untracked: readonly TreePath[], tree: TreeView): Operation[] {
  return untracked.flatMap((path): Operation[] => {
    const copy = freeName(path, tree)
    return copy === undefined ? [] : [{ kind: 'copy-aside', path, copy }]
  })
}

function freeName(path: TreePath, tree: TreeView): TreePath | undefined {
  for (let count = 1; count < 1000; count++) {
    const name = `${baseName(path)}.orig${count === 1 ? '' : count}`
    if (treePathFault(`/${name}`) !== undefined) return undefined
    const copy = childPath(parentPath(path), name)
    if (tree.entry(copy) === undefined) return copy
  }
  return undefined
}

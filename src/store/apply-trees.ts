import { KithError } from '../errors/kith-error.ts'
import { bytesText, childPath } from '../model/tree-path.ts'
import type { TreeHandle } from '../system/tree-handle.ts'
import type { ApplyTrees } from './apply.ts'
import { historyPath, savedPath } from './history-paths.ts'
import type { Journal } from './journal.ts'
import { stateFiles } from './state-directory.ts'

/**
 * Opens the trees of a committed transaction. Throws `area-missing` where a file system that it touches is not mounted: what is
 * staged there would count as done.
 */
export function openApplyTrees(root: TreeHandle, { id, states }: Journal): ApplyTrees & Disposable {
  using opening = new DisposableStack()
  const isDirectory = (path: ReturnType<typeof historyPath>): boolean => root.entry(path)?.kind === 'directory'
  for (const state of states)
    if (!isDirectory(historyPath(state, id))) throw new KithError('area-missing', { path: bytesText(state), id })
  const openAll = (pathOf: (state: Journal['states'][number]) => ReturnType<typeof historyPath>) =>
    states.map((state) => (isDirectory(pathOf(state)) ? opening.use(root.below(pathOf(state))) : undefined))
  const staging = openAll((state) => childPath(state, stateFiles.staging))
  const saved = openAll((state) => savedPath(state, id))
  const open = opening.move()
  return {
    root,
    staging: (area) => staging[area],
    saved: (area) => saved[area],
    [Symbol.dispose]: () => open[Symbol.dispose](),
  }
}

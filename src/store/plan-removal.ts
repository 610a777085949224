import type { PackageName } from '../model/package-name.ts'
import { textTreePath } from '../model/tree-path.ts'
import { planObsolete } from '../plan/obsolete.ts'
import type { Operation, RemoveChange, Transaction } from '../plan/transaction.ts'
import { PhysicalPaths } from '../system/physical-paths.ts'
import { diskTree } from '../system/tree-view.ts'
import { requireTrustedWay } from './foreign-links.ts'
import { gatherOldEntries } from './install-facts.ts'
import type { RemoveSettings } from './install-settings.ts'
import { databasePath, readInstalled } from './installed-database.ts'
import { findDirectoriesOf } from './owners.ts'
import { forgetFacts } from './package-facts.ts'
import { readRemovalState } from './package-state.ts'

/**
 * What it takes to remove installed packages, in the order given; edited /etc files stay. All paths are judged by the root as
 * it is: what one package has behind a link of another is found, although the link may go first. Nothing is changed yet.
 * Throws `database-invalid`, `foreign-link`.
 */
export async function planRemoval(
  names: readonly PackageName[],
  { root, isForced }: Pick<RemoveSettings, 'root' | 'isForced'>,
): Promise<Transaction<RemoveChange>> {
  const tree = diskTree(root)
  const physical = new PhysicalPaths(tree)
  const staying = [...readInstalled(tree).values()].filter(({ name }) => !names.includes(name))
  const changes: RemoveChange[] = []
  const operations: Operation[] = []
  for (const name of names) {
    const path = textTreePath(`${databasePath}/${name}`)
    const state = readRemovalState(tree, physical.target(path), isForced)
    requireTrustedWay(name, state.entries, physical)
    const old = await gatherOldEntries(state, physical)
    const directories = new Set(old.filter(({ isDirectory }) => isDirectory).map(({ place }) => place))
    const needed = findDirectoriesOf(directories, staying, physical)
    const plan = planObsolete({ old, entry: physical.place(path), needed })
    changes.push({ kind: 'remove', package: name, keptEtc: plan.keptEtc })
    operations.push(...plan.operations, ...forgetFacts(name, tree))
  }
  return { changes, operations }
}

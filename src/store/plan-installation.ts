import type { InstallChange, Transaction } from '../plan/transaction.ts'
import { diskTree, stillTree } from '../system/tree-view.ts'
import type { InstallSettings } from './install-settings.ts'
import { type PackagePlan, planPackage } from './plan-package.ts'
import { PlannedTree } from './planned-tree.ts'
import type { StagedPackage } from './staging.ts'

/**
 * What it takes to install staged packages one after the other, each on what the ones before it will leave. Nothing is
 * changed yet; throws what planPackage throws.
 */
export async function planInstallation(
  packages: readonly StagedPackage[],
  settings: Pick<InstallSettings, 'root' | 'isForced' | 'refusesConflicts' | 'adopts' | 'explicit'>,
): Promise<Transaction<InstallChange>> {
  const trees = new Map(packages.map(({ name, directory }) => [name, diskTree(directory)]))
  const root = new PlannedTree(stillTree(diskTree(settings.root)), trees)
  const plans: PackagePlan[] = []
  for (const staged of packages) {
    const plan = await planPackage(staged, root, settings)
    root.carryOut(plan.operations)
    plans.push(plan)
  }
  return {
    changes: plans.map(({ change }) => change),
    operations: plans.flatMap(({ operations }) => operations),
  }
}

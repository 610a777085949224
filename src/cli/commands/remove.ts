import { orderByDependency } from '../../plan/order-by-dependency.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { removePackage } from '../../store/remove-package.ts'
import type { Command } from '../command.ts'
import { withLock } from '../install-artifacts.ts'
import { openWorkspace } from '../workspace.ts'

/** Removes packages, those first that need the others. */
export const remove: Command = async ({ arguments: words, config, context, environment }) => {
  const { names } = openWorkspace(words, config, process.cwd())
  const { root, isForced, refusesConflicts } = config
  return await withLock(config, context, async () => {
    const installed = loadInstalled(root)
    const order = orderByDependency(names, (name) => installed.get(name)?.dependencies.map((one) => one.name))
    let isWell = true
    for (const name of order.reverse())
      isWell = (await removePackage(name, { root, isForced, refusesConflicts, environment }, context)) && isWell
    return isWell ? 0 : 1
  })
}

import { previewRemoval, removePackages } from '../../store/remove-packages.ts'
import type { Command } from '../command.ts'
import { withLock } from '../install-artifacts.ts'
import { showChanges } from '../show-changes.ts'
import { openWorkspace } from '../workspace.ts'

/** Removes packages, those first that need the others. */
export const remove: Command = async (invocation) => {
  const { arguments: words, config, context, environment, options } = invocation
  const { names } = openWorkspace(words, config, process.cwd())
  const { root, isForced } = config
  if (options.has('--dry-run')) {
    showChanges(await previewRemoval(names, { root, isForced }), invocation)
    return 0
  }
  return await withLock(invocation, async () =>
    (await removePackages(names, { root, isForced, environment }, context)) ? 0 : 1,
  )
}

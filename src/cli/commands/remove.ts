import { KithError } from '../../errors/kith-error.ts'
import type { PackageName } from '../../model/package-name.ts'
import { planRecursiveRemoval } from '../../plan/unneeded.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { loadAutomatic } from '../../store/marks.ts'
import type { Command } from '../command.ts'
import { installedGraph } from '../installed-named.ts'
import { removeChosen } from '../remove-chosen.ts'
import { openWorkspace } from '../workspace.ts'

/** Removes packages, those first that need the others; with --recursive also what came for them and nothing else needs. */
export const remove: Command = async (invocation) => {
  const { arguments: words, config, options } = invocation
  const { names } = openWorkspace(words, config, process.cwd())
  const choose = options.has('--recursive') ? (root: string) => withDependencies(names, root) : () => names
  return await removeChosen(invocation, { choose, named: names })
}

/** Throws `not-installed`. */
function withDependencies(names: readonly PackageName[], root: string): readonly PackageName[] {
  const installed = loadInstalled(root)
  for (const name of names) if (!installed.has(name)) throw new KithError('not-installed', { name })
  return planRecursiveRemoval(installedGraph(installed, root), names, loadAutomatic(root, installed))
}

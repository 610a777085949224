import { findOrphans } from '../../plan/orphans.ts'
import { findUnneeded } from '../../plan/unneeded.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { loadAutomatic } from '../../store/marks.ts'
import type { Command } from '../command.ts'
import { installedGraph } from '../installed-named.ts'

/**
 * One name per line: installed packages that no other needs to run, the base system left out, whether somebody asked for them or not,
 * as KISS does. With --automatic what `autoremove` would remove.
 */
export const orphans: Command = async ({ config, options, show }) => {
  const { root } = config
  const installed = loadInstalled(root)
  const graph = installedGraph(installed, root)
  const found = options.has('--automatic') ? findUnneeded(graph, loadAutomatic(root, installed)) : findOrphans(graph)
  for (const name of found) show(name, { kind: 'orphan', name })
  return 0
}

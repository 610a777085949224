import { findOrphans } from '../../plan/orphans.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import type { Command } from '../command.ts'
import { installedGraph } from '../installed-named.ts'

/** One name per line: installed packages that no other needs to run, the base system left out. */
export const orphans: Command = async ({ config, show }) => {
  const { root } = config
  for (const name of findOrphans(installedGraph(loadInstalled(root), root))) show(name, { kind: 'orphan', name })
  return 0
}

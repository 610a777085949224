import { findUnneeded } from '../../plan/unneeded.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { loadAutomatic } from '../../store/marks.ts'
import type { Command } from '../command.ts'
import { installedGraph } from '../installed-named.ts'
import { removeChosen } from '../remove-chosen.ts'

/** Removes packages that came as dependencies and that nothing needs any more. */
export const autoremove: Command = async (invocation) =>
  await removeChosen(invocation, {
    choose: (root) => {
      const installed = loadInstalled(root)
      return findUnneeded(installedGraph(installed, root), loadAutomatic(root, installed))
    },
    named: [],
  })

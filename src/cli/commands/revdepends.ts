import { printDependency } from '../../model/depends.ts'
import { reverseGraph } from '../../plan/package-graph.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import type { Command } from '../command.ts'
import { installedGraph, namedPackages } from '../installed-named.ts'

/** `<package>/depends:<name> [make]` per line: the installed packages that depend on those named. Status 1 where none does. */
export const revdepends: Command = async ({ arguments: words, config, show }) => {
  const dependentsOf = reverseGraph(installedGraph(loadInstalled(config.root)))
  let found = 0
  for (const name of namedPackages(words))
    for (const dependent of dependentsOf.get(name) ?? []) {
      found++
      show(`${dependent.name}/depends:${printDependency({ name, kind: dependent.kind })}`, {
        kind: 'dependency',
        package: dependent.name,
        dependency: name,
        type: dependent.kind,
      })
    }
  return found > 0 ? 0 : 1
}

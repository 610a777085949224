import { printDependency } from '../../model/depends.ts'
import type { Command } from '../command.ts'
import { requireInstalled } from '../installed-named.ts'

/** `<name> [make]` per line: what installed packages depend on, as their database entries say. */
export const depends: Command = async (invocation) => {
  for (const { name, dependencies } of requireInstalled(invocation))
    for (const dependency of dependencies)
      invocation.show(printDependency(dependency), {
        kind: 'dependency',
        package: name,
        dependency: dependency.name,
        type: dependency.kind,
      })
  return 0
}

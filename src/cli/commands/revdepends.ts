import { printDependency } from '../../model/depends.ts'
import type { PackageName } from '../../model/package-name.ts'
import { reverseGraph } from '../../plan/package-graph.ts'
import { loadInstalled } from '../../store/installed-database.ts'
import { readProvides } from '../../store/installed-providers.ts'
import { diskTree } from '../../system/tree-view.ts'
import type { Command } from '../command.ts'
import { namedPackages } from '../installed-named.ts'

/** `<package>/depends:<name> [make]` per line: the installed packages that depend on those named. Status 1 where none does. */
export const revdepends: Command = async ({ arguments: words, config, show }) => {
  const installed = loadInstalled(config.root)
  const tree = diskTree(config.root)
  const dependentsOf = reverseGraph(new Map([...installed].map(([name, { dependencies }]) => [name, dependencies])))
  /** A package is also needed by the names that it provides, where nothing has them. */
  const namesOf = (name: PackageName): readonly PackageName[] => {
    const found = installed.get(name)
    const provided = found === undefined ? [] : readProvides(found, tree).map((one) => one.name)
    return [name, ...provided.filter((one) => !installed.has(one))]
  }
  let found = 0
  for (const name of namedPackages(words).flatMap(namesOf))
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

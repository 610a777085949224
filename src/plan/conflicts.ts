import { choicesDirectory, printChoiceName } from '../model/choice-name.ts'
import type { PackageName } from '../model/package-name.ts'
import { childPath, type TreePath, textTreePath } from '../model/tree-path.ts'

export interface Conflict {
  /** As the incoming package has it. */
  readonly path: TreePath
  readonly owner: PackageName
}

/** Files of an incoming package that another package owns at the same place. `places` gives where each path really is. */
export function findConflicts(
  files: readonly TreePath[],
  places: ReadonlyMap<TreePath, TreePath>,
  owners: ReadonlyMap<TreePath, PackageName>,
): Conflict[] {
  return files.flatMap((path) => {
    const owner = owners.get(places.get(path) ?? path)
    return owner === undefined ? [] : [{ path, owner }]
  })
}

/** Where a conflicting file is kept so that it can be chosen later: `/var/db/kiss/choices/<package>>usr>bin>tool`. */
export function choicePath(name: PackageName, place: TreePath): TreePath {
  return childPath(textTreePath(choicesDirectory), printChoiceName({ package: name, path: place }))
}

import { choiceFault, choicesDirectory, printChoiceName } from '../model/choice-name.ts'
import { printManifest } from '../model/manifest.ts'
import type { PackageName } from '../model/package-name.ts'
import { ancestorPaths, childPath, type TreePath, textTreePath } from '../model/tree-path.ts'

/** One entry of a package that is to be installed. */
export interface PlacedEntry {
  /** As the package calls it, in its manifest. */
  readonly path: TreePath
  /** Where the root really has it: no directory above is a symlink. */
  readonly place: TreePath
  readonly isDirectory: boolean
}

export interface Conflict {
  readonly path: TreePath
  readonly place: TreePath
  readonly owner: PackageName
  /** Why the file cannot be kept as a choice; undefined where it can. */
  readonly fault: string | undefined
}

/** Files of the package `name` that another package has at the same place. Directories are shared and never in conflict. */
export function findConflicts(
  name: PackageName,
  entries: readonly PlacedEntry[],
  owners: ReadonlyMap<TreePath, PackageName>,
): Conflict[] {
  return entries.flatMap(({ path, place, isDirectory }) => {
    const owner = isDirectory ? undefined : owners.get(place)
    return owner === undefined ? [] : [{ path, place, owner, fault: choiceFault({ package: name, path: place }) }]
  })
}

/** Where a conflicting file is kept so that it can be chosen later: `/var/db/kiss/choices/<package>>usr>bin>tool`. */
export function choicePath(name: PackageName, place: TreePath): TreePath {
  return childPath(textTreePath(choicesDirectory), printChoiceName({ package: name, path: place }))
}

export interface ChoiceMove {
  readonly path: TreePath
  readonly choice: TreePath
}

/** Every conflict becomes a choice of the package `name`. */
export function planChoices(name: PackageName, conflicts: readonly Conflict[]): ChoiceMove[] {
  return conflicts.map(({ path, place }) => ({ path, choice: choicePath(name, place) }))
}

/** The manifest with choices in place of conflicting files, and the directories that hold them. */
export function printManifestWithChoices(entries: readonly PlacedEntry[], moves: readonly ChoiceMove[]): string {
  const choiceOf = new Map(moves.map(({ path, choice }) => [path, choice]))
  const listed = entries.map(({ path, isDirectory }) => ({ path: choiceOf.get(path) ?? path, isDirectory }))
  const directories = choiceDirectories().map((path) => ({ path, isDirectory: true }))
  return printManifest([...listed, ...directories])
}

/** The directory of the choices and those above it, outermost first. */
export function choiceDirectories(): TreePath[] {
  const directory = textTreePath(choicesDirectory)
  return [...ancestorPaths(directory).toReversed(), directory]
}

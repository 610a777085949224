import { ancestorPaths, type TreePath } from '../model/tree-path.ts'
import { isWithin, manifestPath, type Operation } from './transaction.ts'

/** What an installed package has, and where it really is. */
export interface OldEntry {
  readonly place: TreePath
  readonly isDirectory: boolean
  /** For files below /etc: whether somebody changed what the package installed. */
  readonly isEdited: boolean
}

export interface ObsoleteFacts {
  readonly old: readonly OldEntry[]
  /** Where the package's database entry is. */
  readonly entry: TreePath
  /** Places that stay, and with them every directory above. */
  readonly needed: ReadonlySet<TreePath>
}

export interface ObsoletePlan {
  readonly operations: readonly Operation[]
  /** Edited /etc files, which stay. */
  readonly keptEtc: readonly TreePath[]
}

/**
 * Removal of what a package had and has no more: what is in a directory before the directory itself, which goes only when
 * empty by then. The database entry is the last, its manifest after its other files: an interrupted removal can be repeated.
 */
export function planObsolete({ old, entry, needed }: ObsoleteFacts): ObsoletePlan {
  const staying = new Set(needed)
  for (const place of needed) for (const above of ancestorPaths(place)) staying.add(above)
  const manifest = manifestPath(entry)
  const stageOf = ({ place, isDirectory }: OldEntry): number => {
    if (place === manifest) return 2
    const isOfEntry = isWithin(place, entry) || isWithin(entry, place)
    return !isOfEntry ? 0 : isDirectory ? 3 : 1
  }
  const obsolete = [...new Map(old.map((one) => [one.place, one])).values()]
    .filter(({ place }) => !staying.has(place))
    .sort((one, other) => stageOf(one) - stageOf(other) || (one.place < other.place ? 1 : -1))
  return {
    operations: obsolete.filter(({ isEdited }) => !isEdited).map(removalOf),
    keptEtc: obsolete.filter(({ isEdited }) => isEdited).map(({ place }) => place),
  }
}

export function removalOf({ place, isDirectory }: Pick<OldEntry, 'place' | 'isDirectory'>): Operation {
  return { kind: isDirectory ? 'remove-directory' : 'remove', path: place }
}

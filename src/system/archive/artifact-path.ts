import type { TreePath } from '../../model/tree-path.ts'

/** What names of staging and history directories begin with: nothing of a package may be called so, or be below it. */
const reservedPrefix = '.kith'

/** Why no file of an artifact can have this path; undefined where one can. */
export function artifactPathFault(path: TreePath): string | undefined {
  if (path.includes('\n')) return 'a name has a line break, which no manifest can hold'
  if (isReservedPath(path)) return `names that begin with "${reservedPrefix}" are reserved`
  return undefined
}

/** Whether a name in it is one that staging and history keep for themselves. */
export function isReservedPath(path: TreePath): boolean {
  return path.includes(`/${reservedPrefix}`)
}

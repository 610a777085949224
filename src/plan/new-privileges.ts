import type { TreePath } from '../model/tree-path.ts'

/** A file that gives rights to whoever runs it: `setuid`, `setgid`, or capabilities as `cap_net_raw+ep`. */
export interface PrivilegedFile {
  readonly path: TreePath
  readonly privileges: readonly string[]
}

/** What of `brought` the installed files do not have already; `had` says what one of them has. */
export function findNewPrivileges(
  brought: readonly PrivilegedFile[],
  had: (path: TreePath) => readonly string[],
): PrivilegedFile[] {
  return brought.flatMap(({ path, privileges }) => {
    const old = had(path)
    const added = privileges.filter((privilege) => !old.includes(privilege))
    return added.length === 0 ? [] : [{ path, privileges: added }]
  })
}

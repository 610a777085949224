import type { TreePath } from '../model/tree-path.ts'

/**
 * KISS's filter for files that are stripped and looked at for libraries, as the shell's `case` has it, where `*` and `?`
 * match slashes too. `/usr/lib64/libz.so.1` and `/usr/libexec/tool` pass, `/opt/tool` does not.
 */
export function isInProgramDirectory(path: TreePath): boolean {
  return /\/(?:s?bin|lib|lib.{2,4})\//s.test(path)
}

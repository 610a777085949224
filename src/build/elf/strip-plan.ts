import type { TreePath } from '../../model/tree-path.ts'
import { isInProgramDirectory } from '../../plan/program-directories.ts'

export type StripPlan =
  /** Relocatable objects and static libraries keep what linking needs. */
  | { readonly kind: 'debug-symbols'; readonly arguments: readonly string[] }
  | { readonly kind: 'all-symbols'; readonly arguments: readonly string[] }

/** How many bytes of a file `stripPlan` wants to see. */
export const stripHeadBytes = 18

/**
 * How `strip` is to be called for a regular file, as KISS does: by its path and first bytes, never by its mode or name.
 * Undefined: not at all.
 */
export function stripPlan(path: TreePath, head: Uint8Array): StripPlan | undefined {
  if (!isInProgramDirectory(path)) return undefined
  if (isArchive(head)) return debugSymbols
  switch (elfType(head)) {
    case 1:
      return debugSymbols
    case 2:
    case 3:
      return allSymbols
    default:
      return undefined
  }
}

const debugSymbols: StripPlan = { kind: 'debug-symbols', arguments: ['-g', '-R', '.comment', '-R', '.note'] }
const allSymbols: StripPlan = { kind: 'all-symbols', arguments: ['-s', '-R', '.comment', '-R', '.note'] }

/** Whether the file is a static library of `ar`. */
export function isArchive(head: Uint8Array): boolean {
  return startsWith(head, '!<arch>\n')
}

/** `e_type`, in the byte order that the header names; undefined for other files. */
function elfType(head: Uint8Array): number | undefined {
  const [low, high] = [head[16], head[17]]
  if (!startsWith(head, '\x7fELF') || low === undefined || high === undefined) return undefined
  return head[5] === 2 ? low * 256 + high : high * 256 + low
}

function startsWith(head: Uint8Array, text: string): boolean {
  return head.length >= text.length && Array.from(text).every((one, index) => head[index] === one.charCodeAt(0))
}

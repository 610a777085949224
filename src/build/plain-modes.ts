import { linkInfo, setMode } from '../system/files.ts'
import { hostPath, walkTree } from '../system/tree.ts'

/**
 * Gives `copy` plain modes: 0755 what was executable or a directory, 0644 all else. The other bits of a recipe or a checkout
 * come from the umask of whoever cloned it, and two artifacts of one recipe would differ by them.
 */
export function givePlainModes(original: string, copy: string): void {
  const info = linkInfo(original)
  if (info?.kind === 'file') setMode(copy, plainMode(info.mode))
  if (info?.kind !== 'directory') return
  for (const { path, kind, mode } of walkTree(original)) {
    const target = hostPath(copy, path).toString()
    // A link in the copy may lead anywhere.
    if (linkInfo(target)?.kind === 'directory') setMode(target, 0o755)
    else if (kind === 'file' && linkInfo(target)?.kind === 'file') setMode(target, plainMode(mode))
  }
}

function plainMode(mode: number): number {
  return (mode & 0o111) === 0 ? 0o644 : 0o755
}

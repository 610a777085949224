import { dirname } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { fileInfo, realPath } from '../system/files.ts'
import { copyTree, hostPath, walkTree } from '../system/tree.ts'
import { givePlainModes } from './plain-modes.ts'

/**
 * Copies a recipe with what its links point to, and plain modes. Throws `recipe-link-unsafe`, `io-failed`.
 */
export function copyRecipe(from: string, to: string): void {
  refuseSecrets(from)
  copyTree(from, to, { dereference: true })
  givePlainModes(to, to)
}

/**
 * kith reads as root, and what it reads ends up in a package that everybody may read: a link that leaves the repository must
 * not lead to something (`/etc/shadow`) that not everybody may read anyway.
 */
function refuseSecrets(recipe: string): void {
  const repository = dirname(realPath(recipe))
  for (const { path, kind } of walkTree(recipe)) {
    if (kind !== 'symlink') continue
    const link = hostPath(recipe, path).toString()
    const target = fileInfo(link) === undefined ? undefined : realPath(link)
    if (target === undefined || target.startsWith(`${repository}/`)) continue
    const isSecret = (mode: number): boolean => (mode & 0o004) === 0
    const inside = fileInfo(target)?.kind === 'directory' ? [...walkTree(target)] : []
    const isRefused = isSecret(fileInfo(target)?.mode ?? 0) || inside.some((one) => isSecret(one.mode))
    if (isRefused) throw new KithError('recipe-link-unsafe', { link, target })
  }
}

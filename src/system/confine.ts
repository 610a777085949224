import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'

/** `path` (relative, from a recipe or archive) below `directory`. Throws `archive-invalid` where it would leave it. */
export function confineTo(directory: string, path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (segments.includes('..') || path.includes('\0'))
    throw new KithError('archive-invalid', { archive: path, reason: 'the path leaves its directory' })
  return join(directory, ...segments)
}

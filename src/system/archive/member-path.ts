import { KithError } from '../../errors/kith-error.ts'
import { bytesText, parseTreePath, type TreePath } from '../../model/tree-path.ts'

/**
 * Where a member of an archive goes in a tree: `./usr//bin/` is `/usr/bin`, `./` is `/`. Throws `archive-invalid` for
 * absolute paths, those with `..` and those that are too long.
 */
export function memberPath(bytes: string, archive: string): TreePath {
  if (bytes.startsWith('/')) throw invalid(archive, bytes, 'a member has an absolute path')
  const segments = bytes.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (segments.includes('..')) throw invalid(archive, bytes, 'a member lies outside, by ".."')
  return parseTreePath(`/${segments.join('/')}`, archive)
}

function invalid(archive: string, member: string, reason: string): KithError<'archive-invalid'> {
  return new KithError('archive-invalid', { archive, reason, member: bytesText(member) })
}

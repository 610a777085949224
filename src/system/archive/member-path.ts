import { KithError } from '../../errors/kith-error.ts'
import { bytesText, childPath, parentPath, parseTreePath, type TreePath } from '../../model/tree-path.ts'

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

/** `memberPath` for the members of one archive: remembers the last directory, since most members have the one before's. */
export function memberPaths(archive: string): (bytes: string) => TreePath {
  let directory: string | undefined
  let parent = parseTreePath('/', archive)
  return (bytes) => {
    const slash = bytes.lastIndexOf('/')
    const name = bytes.slice(slash + 1)
    const isPlain = slash > 0 && name !== '' && name !== '.' && name !== '..'
    if (!isPlain) return memberPath(bytes, archive)
    const isKnown = bytes.slice(0, slash) === directory && name.length <= 255 && parent.length + name.length < 4095
    if (isKnown) return childPath(parent, name)
    const path = memberPath(bytes, archive)
    directory = bytes.slice(0, slash)
    parent = parentPath(path)
    return path
  }
}

function invalid(archive: string, member: string, reason: string): KithError<'archive-invalid'> {
  return new KithError('archive-invalid', { archive, reason, member: bytesText(member) })
}

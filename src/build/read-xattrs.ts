import { KithError } from '../errors/kith-error.ts'
import { bytesText, type TreePath } from '../model/tree-path.ts'
import { xattrsFault } from '../system/archive/member-xattrs.ts'
import { parseFileCapability } from '../system/file-capability.ts'
import { filePrivileges } from '../system/file-privileges.ts'
import { capabilityXattr, readTreeXattrs, type Xattrs } from '../system/file-xattrs.ts'
import { type TreeEntry, treeEntry } from '../system/tree.ts'
import type { PackageResult } from './worker-job.ts'

/**
 * The extended attributes of those of `files` that have any to keep (isKeptXattr). Read before files are stripped, which
 * takes capabilities away. Throws `build-left-unusable` for what no package can hold, and `io-failed`.
 */
export function readXattrs(
  directory: string,
  files: readonly TreeEntry[],
  name: string,
): ReadonlyMap<TreePath, Xattrs> {
  const found = new Map<TreePath, Xattrs>()
  for (const { path } of files) {
    const xattrs = readTreeXattrs(directory, path)
    if (xattrs.size === 0) continue
    const fault = faultOf(xattrs)
    if (fault !== undefined)
      throw new KithError('build-left-unusable', { package: name, path: bytesText(path), reason: fault })
    found.set(path, xattrs)
  }
  return found
}

function faultOf(xattrs: Xattrs): string | undefined {
  const rootId = parseFileCapability(xattrs.get(capabilityXattr) ?? '')?.rootId ?? 0
  if (rootId !== 0)
    return `has capabilities for user namespaces of user ${rootId} alone, and users differ between systems`
  const fault = xattrsFault(xattrs)
  return fault === undefined ? undefined : `has ${fault}`
}

/** Which of `files` give rights to whoever runs them, by their modes as they are now. */
export function listPrivileged(
  directory: string,
  files: readonly TreeEntry[],
  xattrs: ReadonlyMap<TreePath, Xattrs>,
): PackageResult['privileged'] {
  const candidates = files.filter(({ path, mode }) => (mode & 0o6000) !== 0 || xattrs.has(path))
  return candidates.flatMap(({ path }) => {
    const mode = treeEntry(directory, path)?.mode ?? 0
    const privileges = filePrivileges(mode, xattrs.get(path)?.get(capabilityXattr))
    return privileges.length === 0 ? [] : [{ path: bytesText(path), privileges }]
  })
}

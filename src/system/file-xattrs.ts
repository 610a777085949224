import * as fs from 'node:fs'
import { bytesText, type TreePath } from '../model/tree-path.ts'
import { listXattrs, readXattr, type XattrOutcome } from '../native/xattr.ts'
import { errorCode, failed } from './failure.ts'
import { parseFileCapability, printFileCapability } from './file-capability.ts'
import { hostPath } from './tree.ts'

/** Extended attributes of one file by name; names and values are bytes (latin1). */
export type Xattrs = ReadonlyMap<string, string>

export const noXattrs: Xattrs = new Map()

export const capabilityXattr = 'security.capability'

/**
 * Whether an attribute belongs to a file of a package: capabilities, and what users may set. All others describe the system
 * that a file is on: `security.selinux`, `trusted.*`, access lists (`system.posix_acl_*`), and `user.overlay.*`, by which
 * overlayfs would take a file for one of its own.
 */
export function isKeptXattr(name: string): boolean {
  return name === capabilityXattr || (/^user\../s.test(name) && !name.startsWith('user.overlay.'))
}

/** An attribute that a file was to have and has not. */
export interface RefusedXattr {
  readonly path: TreePath
  readonly name: string
  /** `forbidden`: only root could. `unsupported`: the file system has none of this kind. */
  readonly reason: 'forbidden' | 'unsupported'
}

/**
 * The attributes to keep of the regular file at `path`, opened without following links. Capabilities come in revision 2
 * unless they count in some user namespaces only. Throws `io-failed`.
 */
export function readTreeXattrs(directory: string, path: TreePath): Xattrs {
  try {
    return readFileXattrs(hostPath(directory, path))
  } catch (error) {
    throw failed('read attributes of', directory + bytesText(path), error)
  }
}

function readFileXattrs(file: string | Buffer): Xattrs {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants
  const fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    return readKept(fd)
  } finally {
    fs.closeSync(fd)
  }
}

function readKept(fd: number): Xattrs {
  const names = listXattrs(fd).filter(isKeptXattr)
  if (names.length === 0) return noXattrs
  const found = names.sort().flatMap((name): [string, string][] => {
    const value = readXattr(fd, name)
    return value === undefined ? [] : [[name, name === capabilityXattr ? withoutOwnRoot(value) : value]]
  })
  return new Map(found)
}

/** The kernel gives what counts in our own namespace without a root id; old ones gave it as 0. */
function withoutOwnRoot(value: string): string {
  const capability = parseFileCapability(value)
  return capability?.rootId === 0 ? printFileCapability(capability) : value
}

/** What capabilities the file at `path` gives, as bytes; undefined for none, and for a file that may not be read. */
export function readTreeCapability(directory: string, path: TreePath): string | undefined {
  try {
    return readFileXattrs(hostPath(directory, path)).get(capabilityXattr)
  } catch (error) {
    if (errorCode(error) === 'EACCES') return undefined
    throw failed('read attributes of', directory + bytesText(path), error)
  }
}

/** An open file that is written. */
export interface XattrTarget {
  setXattr(name: string, value: string): XattrOutcome
}

/**
 * Sets the attributes of an open file, which its mode must let us write; gives those that it cannot have. To be done after
 * writing and changing its owner, which take capabilities away. Throws what setting one throws.
 */
export function setXattrs(file: XattrTarget, path: TreePath, xattrs: Xattrs): RefusedXattr[] {
  return [...xattrs].flatMap(([name, value]) => {
    const outcome = file.setXattr(name, value)
    return outcome === 'written' ? [] : [{ path, name, reason: outcome }]
  })
}

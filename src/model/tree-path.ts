import { KithError } from '../errors/kith-error.ts'

declare const treePath: unique symbol
/**
 * An absolute path inside a root or a built tree, as bytes: each UTF-16 unit is one byte (latin1), because file names are
 * bytes and not text. Compares and sorts bytewise with `<`. `/usr/bin/pigz`; the tree itself is `/`. Never ends in `/`
 * otherwise, never holds an empty, `.` or `..` segment.
 */
export type TreePath = string & { readonly [treePath]: true }

/** Why `bytes` (latin1) cannot be a path in a tree, or undefined when it can. */
export function treePathFault(bytes: string): string | undefined {
  if (!bytes.startsWith('/')) return 'the path is not absolute'
  if (bytes.includes('\0')) return 'the path holds a NUL byte'
  if (bytes.length > 4095) return 'the path is longer than 4095 bytes'
  if (bytes === '/') return undefined
  for (const segment of bytes.slice(1).split('/')) {
    if (segment === '') return 'the path holds an empty segment'
    if (segment === '.' || segment === '..') return `the path holds a "${segment}" segment`
    if (segment.length > 255) return 'a segment is longer than 255 bytes'
  }
  return undefined
}

/** Throws `archive-invalid`; `origin` names where the path came from. */
export function parseTreePath(bytes: string, origin: string): TreePath {
  const reason = treePathFault(bytes)
  if (reason !== undefined)
    throw new KithError('archive-invalid', { archive: origin, reason, member: bytesText(bytes) })
  return bytes as TreePath
}

/** A path from text of ours (UTF-8 in the file system), for example `textTreePath('/etc')`. */
export function textTreePath(text: string): TreePath {
  return parseTreePath(textBytes(text), text)
}

export function parentPath(path: TreePath): TreePath {
  return (path.slice(0, path.lastIndexOf('/')) || '/') as TreePath
}

export function baseName(path: TreePath): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `name` is one segment, already checked by whoever read it from a directory. */
export function childPath(parent: TreePath, name: string): TreePath {
  return (parent === '/' ? `/${name}` : `${parent}/${name}`) as TreePath
}

/** `path` below `directory`, both paths of trees. */
export function joinPaths(directory: TreePath, path: TreePath): TreePath {
  return (directory === '/' ? path : path === '/' ? directory : directory + path) as TreePath
}

/** All directories above `path`, nearest first, without `/`. */
export function ancestorPaths(path: TreePath): readonly TreePath[] {
  const parent = parentPath(path)
  if (parent === '/') return []
  // Files come directory by directory, ten thousand at a time.
  if (lastAncestors[0] !== parent) lastAncestors = [parent, ...ancestorPaths(parent)]
  return lastAncestors
}
let lastAncestors: readonly TreePath[] = []

/** Bytes kept as latin1, shown as text. */
export function bytesText(bytes: string): string {
  return /^[\x00-\x7f]*$/.test(bytes) ? bytes : new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)))
}

/** Text as bytes kept as latin1. */
export function textBytes(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
}

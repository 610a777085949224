import * as fs from 'node:fs'
import { KithError } from '../../errors/kith-error.ts'
import { bytesText, childPath, parseTreePath, type TreePath } from '../../model/tree-path.ts'
import { failed } from '../failure.ts'
import { hostPath, treeEntry, treeNames } from '../tree.ts'

/**
 * KISS's rule for the top directories of a source archive, applied after it was unpacked: each of `firstComponents` that
 * is now a directory in `directory` is taken away and what is in it moved up one level; files stay, and so does all that
 * was listed as `./`. Directories that meet are merged, other things replaced. Unlike KISS it does not enter a symlink to a
 * directory, which may lead anywhere. Throws `archive-invalid` where a file meets a directory, and `io-failed`.
 */
export function stripTopDirectories(directory: string, firstComponents: readonly string[], archive: string): void {
  // KISS sorts the listing; with more than one directory the order decides what is merged and flattened twice.
  for (const name of [...new Set(firstComponents)].sort(bytewise)) {
    if (name === '.' || name === '' || name === '..') continue
    const top = parseTreePath(`/${name}`, archive)
    if (treeEntry(directory, top)?.kind === 'directory') flatten(directory, top, archive)
  }
}

function flatten(directory: string, top: TreePath, archive: string): void {
  const children = treeNames(directory, top)
  const aside = freeName(directory, children)
  move(directory, top, aside)
  for (const name of children)
    moveMerging(directory, childPath(aside, name), parseTreePath(`/${name}`, archive), archive)
  remove(directory, aside)
}

/** A name that is neither in `directory` nor about to come into it. */
function freeName(directory: string, children: readonly string[]): TreePath {
  for (let counter = 0; ; counter++) {
    const name = `.kith-strip-${counter}`
    const path = parseTreePath(`/${name}`, directory)
    if (!children.includes(name) && treeEntry(directory, path) === undefined) return path
  }
}

function moveMerging(directory: string, from: TreePath, to: TreePath, archive: string): void {
  const coming = treeEntry(directory, from)?.kind
  const present = treeEntry(directory, to)?.kind
  if (coming === 'directory' && present === 'directory') {
    for (const name of treeNames(directory, from))
      moveMerging(directory, childPath(from, name), childPath(to, name), archive)
    remove(directory, from)
    return
  }
  if (present !== undefined && (coming === 'directory' || present === 'directory'))
    throw new KithError('archive-invalid', {
      archive,
      reason: 'without its top directory, a file and a directory would have the same name',
      member: bytesText(to),
    })
  move(directory, from, to)
}

/** Replaces what is at `to`, unless it is a directory. */
function move(directory: string, from: TreePath, to: TreePath): void {
  try {
    const target = hostPath(directory, to)
    const source = hostPath(directory, from)
    fs.renameSync(source, target)
    // Two links to one file: rename(2) does nothing then.
    fs.rmSync(source, { force: true })
  } catch (error) {
    throw failed('move', directory + bytesText(from), error)
  }
}

function remove(directory: string, path: TreePath): void {
  try {
    fs.rmdirSync(hostPath(directory, path))
  } catch (error) {
    throw failed('remove', directory + bytesText(path), error)
  }
}

function bytewise(one: string, other: string): number {
  return one < other ? -1 : 1
}

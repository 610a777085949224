import { bytesText, childPath, type TreePath, textBytes } from '../model/tree-path.ts'
import { copyEntries, type TreeEntry, treeEntry, treeNames } from '../system/tree.ts'
import {
  copySymlink,
  finishDirectory,
  type LinkStock,
  linkEntry,
  makeDirectoryPoint,
  makeFilePoint,
  makeTreeDirectory,
  readableNames,
} from '../system/tree-links.ts'

/** One of the directories to merge. Those of the host are not ours to make links in: not ours, and not on our file system. */
export interface FarmSource {
  readonly directory: string
  readonly isHost: boolean
}

/** What a farm needs mounted on it: each of `at` in `from` at the same place in the farm. */
export interface FarmPieces {
  readonly from: string
  readonly at: readonly string[]
}

interface Found {
  readonly source: FarmSource
  readonly entry: TreeEntry
}

/**
 * Merges `sources` (from top to bottom) as overlayfs does, without it: makes `farm` the directory that overlayfs would show.
 * The topmost decides what a name is; a directory is merged with those right below it, down to the first that is no directory.
 *
 * Files of layers are hard links (copies where there can be none), so that the farm lies where the layers lie. A directory
 * that only one source has is not taken apart but mounted, as is each file of the host in a directory that a layer has too:
 * paths stay what they are, where symlinks to the host would lead programs that look for their own files out of the sysroot.
 * A mount costs less than looking into a directory. Throws `io-failed`.
 */
export function makeLinkFarm(sources: readonly FarmSource[], farm: string, stock: LinkStock): FarmPieces[] {
  const pieces = new Map(sources.map((source) => [source, [] as string[]]))
  const merge = (path: TreePath, merged: readonly FarmSource[], top: TreeEntry): void => {
    makeTreeDirectory(farm, path)
    for (const [name, found] of findNames(path, merged)) place(childPath(path, name), found)
    finishDirectory(farm, path, top)
  }
  const place = (path: TreePath, [top, ...below]: readonly [Found, ...Found[]]): void => {
    const { source, entry } = top
    const isMounted = entry.kind === 'directory' ? below.length === 0 : source.isHost && entry.kind !== 'symlink'
    if (isMounted && isText(path)) {
      if (entry.kind === 'directory') makeDirectoryPoint(farm, path)
      else makeFilePoint(farm, path, stock)
      pieces.get(source)?.push(bytesText(path).slice(1))
    } else if (entry.kind === 'directory')
      merge(
        path,
        [top, ...below].map((found) => found.source),
        entry,
      )
    else if (source.isHost && entry.kind === 'symlink') copySymlink(source.directory, path, farm, stock)
    else if (source.isHost) copyEntries(source.directory, [{ path }], farm)
    else linkEntry(source.directory, path, farm)
  }
  const root = '/' as TreePath
  const [top] = sources
  const entry = top && treeEntry(top.directory, root)
  if (entry !== undefined) merge(root, sources, entry)
  return [...pieces].filter(([, at]) => at.length > 0).map(([{ directory }, at]) => ({ from: directory, at }))
}

/** Every name in `path` of the sources, in bytewise order, with what counts of it: one entry, or directories to merge. */
function findNames(path: TreePath, sources: readonly FarmSource[]): [string, [Found, ...Found[]]][] {
  const names = new Map<string, [Found, ...Found[]]>()
  const hidden = new Set<string>()
  for (const source of sources)
    for (const name of namesIn(source, path)) {
      if (hidden.has(name)) continue
      const entry = treeEntry(source.directory, childPath(path, name))
      if (entry === undefined) continue
      const above = names.get(name)
      if (entry.kind !== 'directory') hidden.add(name)
      if (above === undefined) names.set(name, [{ source, entry }])
      else if (entry.kind === 'directory') above.push({ source, entry })
    }
  return [...names].sort(([one], [other]) => (one < other ? -1 : 1))
}

/** What an ordinary user may not list on the host would not be seen in the sandbox either. */
function namesIn({ directory, isHost }: FarmSource, path: TreePath): readonly string[] {
  return isHost ? readableNames(directory, path) : treeNames(directory, path)
}

/** Whether a name survives as text, as which the launcher is told of it. */
function isText(path: TreePath): boolean {
  return textBytes(bytesText(path)) === path
}

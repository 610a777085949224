import { join } from 'node:path'
import { parseManifest } from '../model/manifest.ts'
import type { PackageName } from '../model/package-name.ts'
import { ancestorPaths, bytesText, type TreePath, textTreePath } from '../model/tree-path.ts'
import type { PrivilegedFile } from '../plan/new-privileges.ts'
import { manifestPath } from '../plan/transaction.ts'
import { filePrivileges } from '../system/file-privileges.ts'
import { readLatin1 } from '../system/files.ts'
import { type TreeEntry, walkTree } from '../system/tree.ts'
import { databasePath } from './installed-database.ts'

/** What an unpacked artifact has to be installed: kinds and modes are those of the tree, never what its manifest says. */
export interface StagedEntry {
  readonly path: TreePath
  readonly isDirectory: boolean
  readonly mode: number
}

export type StagedListing =
  | { readonly kind: 'listed'; readonly entries: readonly StagedEntry[] }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * What the manifest of the package `name` lists of the tree `directory`, and the directories above. Both are hostile: the
 * tree is walked without following links, and a path that is not in it counts as missing, wherever links would lead to.
 */
export function listStaged(directory: string, name: PackageName, isForced: boolean): StagedListing {
  const tree = new Map([...walkTree(directory)].map((entry) => [entry.path, entry]))
  const broken = [...tree.keys()].find((path) => path.includes('\n'))
  if (broken !== undefined) return refused(`${quoted(broken)} has a line break in its name, which no manifest can hold`)
  const manifest = manifestPath(textTreePath(`${databasePath}/${name}`))
  if (tree.get(manifest)?.kind !== 'file') return refused(`it holds no ${manifest}`)
  const { entries: listed, faults } = parseManifest(readLatin1(join(directory, manifest)))
  const [fault] = faults
  if (fault !== undefined) return refused(`line ${fault.line} of its manifest is no path: ${fault.reason}`)
  if (!listed.some(({ path }) => path === manifest)) return refused('its manifest does not list itself')
  const missing = listed.filter(({ path, isDirectory }) => !isAsListed(tree.get(path), isDirectory))
  if (missing.length > 0 && !isForced)
    return refused(
      `its manifest names ${missing.length} files that it does not hold: ${missing
        .slice(0, 5)
        .map(({ path }) => bytesText(path))
        .join(' ')}`,
    )
  return { kind: 'listed', entries: presentEntries(listed, tree) }
}

/** The files among `entries` that get privileges; `capabilities` is the attribute's content where a file has it. */
export function listPrivileged(
  entries: readonly StagedEntry[],
  capabilities: ReadonlyMap<TreePath, string>,
): PrivilegedFile[] {
  return entries.flatMap(({ path, isDirectory, mode }) => {
    const privileges = isDirectory ? [] : filePrivileges(mode, capabilities.get(path))
    return privileges.length === 0 ? [] : [{ path, privileges }]
  })
}

/** A file where a directory is listed would pass by what files are checked for; the other way round is puke's older form. */
function isAsListed(entry: TreeEntry | undefined, isDirectory: boolean): boolean {
  return entry !== undefined && (!isDirectory || entry.kind === 'directory')
}

/** With the directories above, whether they are listed or not: planning needs to know all of them. */
function presentEntries(
  listed: readonly { readonly path: TreePath }[],
  tree: ReadonlyMap<TreePath, TreeEntry>,
): StagedEntry[] {
  const paths = new Set<TreePath>()
  for (const { path } of listed) if (tree.has(path)) for (const one of [path, ...ancestorPaths(path)]) paths.add(one)
  return [...paths].flatMap((path) => {
    const entry = tree.get(path)
    return entry === undefined ? [] : [{ path, isDirectory: entry.kind === 'directory', mode: entry.mode }]
  })
}

function quoted(path: TreePath): string {
  return JSON.stringify(bytesText(path))
}

function refused(reason: string): StagedListing {
  return { kind: 'refused', reason }
}

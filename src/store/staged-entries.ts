import { parseManifest } from '../model/manifest.ts'
import type { PackageName } from '../model/package-name.ts'
import { ancestorPaths, bytesText, parentPath, type TreePath, textTreePath } from '../model/tree-path.ts'
import type { PrivilegedFile } from '../plan/new-privileges.ts'
import { manifestPath } from '../plan/transaction.ts'
import { filePrivileges } from '../system/file-privileges.ts'
import { databasePath } from './installed-database.ts'
import type { StagedContent, StagedContents } from './staged-content.ts'

/** What an unpacked artifact has to be installed: kinds and modes are those of the tree, never what its manifest says. */
export interface StagedEntry {
  readonly path: TreePath
  readonly isDirectory: boolean
  readonly mode: number
}

export type StagedListing =
  | { readonly kind: 'listed'; readonly entries: readonly StagedEntry[] }
  | { readonly kind: 'refused'; readonly reason: string }

export interface StagedTree {
  readonly contents: StagedContents
  /** The bytes (latin1) of a regular file in the tree; undefined where it is not to be read. */
  readonly read: (path: TreePath) => string | undefined
}

/**
 * What the manifest of the package `name` lists of a tree, and the directories above. Both are hostile: a path that is not in the
 * tree counts as missing, wherever links would lead to.
 */
export function listStaged({ contents, read }: StagedTree, name: PackageName, isForced: boolean): StagedListing {
  const broken = [...contents.keys()].find((path) => path.includes('\n'))
  if (broken !== undefined) return refused(`${quoted(broken)} has a line break in its name, which no manifest can hold`)
  const manifest = manifestPath(textTreePath(`${databasePath}/${name}`))
  const text = contents.get(manifest)?.kind === 'file' ? read(manifest) : undefined
  if (text === undefined) return refused(`it holds no ${manifest}`)
  const { entries: listed, faults } = parseManifest(text)
  const [fault] = faults
  if (fault !== undefined) return refused(`line ${fault.line} of its manifest is no path: ${fault.reason}`)
  if (!listed.some(({ path }) => path === manifest)) return refused('its manifest does not list itself')
  const missing = listed.filter(({ path, isDirectory }) => !isAsListed(contents.get(path), isDirectory))
  if (missing.length > 0 && !isForced)
    return refused(
      `its manifest names ${missing.length} files that it does not hold: ${missing
        .slice(0, 5)
        .map(({ path }) => bytesText(path))
        .join(' ')}`,
    )
  return { kind: 'listed', entries: presentEntries(listed, contents) }
}

/** The files among `entries` that get privileges. */
export function listPrivileged(entries: readonly StagedEntry[], contents: StagedContents): PrivilegedFile[] {
  return entries.flatMap(({ path, isDirectory, mode }) => {
    const content = contents.get(path)
    const capability = content?.kind === 'file' ? content.capability : undefined
    const privileges = isDirectory ? [] : filePrivileges(mode, capability)
    return privileges.length === 0 ? [] : [{ path, privileges }]
  })
}

/** A file where a directory is listed would pass by what files are checked for; the other way round is puke's older form. */
function isAsListed(entry: StagedContent | undefined, isDirectory: boolean): boolean {
  return entry !== undefined && (!isDirectory || entry.kind === 'directory')
}

/** With the directories above, whether they are listed or not: planning needs to know all of them. */
function presentEntries(listed: readonly { readonly path: TreePath }[], contents: StagedContents): StagedEntry[] {
  const paths = new Set<TreePath>()
  for (const { path } of listed) {
    if (!contents.has(path)) continue
    paths.add(path)
    for (const above of paths.has(parentPath(path)) ? [] : ancestorPaths(path)) paths.add(above)
  }
  return [...paths].flatMap((path) => {
    const content = contents.get(path)
    if (content === undefined) return []
    return [
      { path, isDirectory: content.kind === 'directory', mode: content.kind === 'symlink' ? linkMode : content.mode },
    ]
  })
}

/** A link has no mode of its own; the kernel tells this one. */
const linkMode = 0o777

function quoted(path: TreePath): string {
  return JSON.stringify(bytesText(path))
}

function refused(reason: string): StagedListing {
  return { kind: 'refused', reason }
}

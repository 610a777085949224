import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import type { ManifestEntry } from '../model/manifest.ts'
import { isOutputPath } from '../model/output-path.ts'
import { ancestorPaths, bytesText, childPath, textTreePath } from '../model/tree-path.ts'
import { unpackArtifact } from '../system/archive/unpack-artifact.ts'
import { digestText } from '../system/digests.ts'
import { fileInfo, removeTree } from '../system/files.ts'
import { copyEntries, hostPath, mergeDirectory, treeEntry, treeNames } from '../system/tree.ts'
import { placeLayer } from './place-layer.ts'
import type { DirectoryAlias } from './sysroot.ts'

/** A package that becomes a layer: a built tarball, or what a root has installed. */
export type LayerSource =
  | { readonly kind: 'artifact'; readonly name: string; readonly file: string }
  | {
      readonly kind: 'installed'
      readonly name: string
      readonly root: string
      readonly entries: readonly ManifestEntry[]
    }

/**
 * The directory of a layer, made at the first use and never changed after, keyed by what the source is now. What the source
 * has below an alias (`/lib64`) is moved to where the alias leads. Throws `io-failed`, `archive-invalid`.
 */
export async function ensureLayer(
  source: LayerSource,
  aliases: readonly DirectoryAlias[],
  layersDirectory: string,
): Promise<string> {
  const aliasText = aliases.map(({ link, target }) => `${link}=${target}`).join(' ')
  const key = digestText(`2 ${identity(source)}\n${aliasText}`).slice(0, 24)
  return await placeLayer(join(layersDirectory, `${source.name}-${key}`), async (tree) => {
    if (source.kind === 'artifact') await unpackArtifact(source.file, tree)
    else copyInstalled(source, tree)
    dropRecipe(source.name, tree)
    for (const alias of aliases) moveBehind(alias, tree, source.name)
  })
}

/** No build sees the copy of the recipe that its package brings; with it, a comment there would be an input here. */
function dropRecipe(name: string, tree: string): void {
  const entry = textTreePath(`/var/db/kiss/installed/${name}`)
  if ([...ancestorPaths(entry), entry].some((path) => treeEntry(tree, path)?.kind !== 'directory')) return
  for (const file of treeNames(tree, entry)) {
    const path = childPath(entry, file)
    if (!isOutputPath(path, name)) removeTree(hostPath(tree, path).toString())
  }
}

/**
 * A directory of the package may be a link in the root (merged /usr): it stays a directory here. A path behind one of the
 * package's own links is left out: it would be written where the link leads on the host.
 */
function copyInstalled({ root, entries }: Extract<LayerSource, { kind: 'installed' }>, tree: string): void {
  const isLink = ({ path }: ManifestEntry): boolean => treeEntry(root, path)?.kind === 'symlink'
  const ownLinks = new Set(entries.filter((entry) => !entry.isDirectory && isLink(entry)).map(({ path }) => path))
  const isLeftOut = (entry: ManifestEntry): boolean =>
    (entry.isDirectory && isLink(entry)) || ancestorPaths(entry.path).some((above) => ownLinks.has(above))
  copyEntries(
    root,
    entries.filter((entry) => !isLeftOut(entry)),
    tree,
  )
}

/** Throws `archive-invalid` where the way to the target holds a symlink, which would lead to the host. */
function moveBehind({ link, target }: DirectoryAlias, tree: string, name: string): void {
  const from = textTreePath(`/${link}`)
  const to = textTreePath(`/${target}`)
  if (treeEntry(tree, from)?.kind !== 'directory') return
  for (const path of [...ancestorPaths(from), ...ancestorPaths(to), to]) {
    const kind = treeEntry(tree, path)?.kind
    if (kind !== undefined && kind !== 'directory')
      throw new KithError('archive-invalid', {
        archive: name,
        reason: `it has files in "${from}" and something other than a directory at "${path}"`,
      })
  }
  mergeDirectory(tree, from, to)
}

/** Changes whenever the content may have: size, time and inode of the tarball, or of every installed file. */
function identity(source: LayerSource): string {
  if (source.kind === 'artifact') {
    const info = fileInfo(source.file)
    return `artifact ${source.file} ${info?.sizeBytes} ${info?.mtimeMs} ${info?.inode}`
  }
  const lines = source.entries.map(({ path }) => {
    const entry = treeEntry(source.root, path)
    const state =
      entry?.kind === 'directory' ? `${entry.mode}` : `${entry?.sizeBytes} ${entry?.mtimeMs} ${entry?.inode}`
    return `${bytesText(path)} ${entry?.kind} ${state}`
  })
  return `installed ${source.root}\n${lines.join('\n')}`
}
